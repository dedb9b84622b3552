// The floor on Node: many files with its own client, each read whole, hashed, written by one call and given its name. No proof is kept.
import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { argv } from 'node:process';
import { eachAtOnce } from './each-at-once.mjs';

const [, , base, namesFile, directory, atOnce] = argv;
const names = JSON.parse(await readFile(namesFile, 'utf8'));
const { hostname, port, pathname } = new URL(base);
const agent = new Agent({ keepAlive: true, maxFreeSockets: Number(atOnce) });

function bytesOf(name) {
  return new Promise((resolve, reject) => {
    const request = get({ hostname, port, path: `${pathname}/${name}`, agent }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks))).on('error', reject);
    });
    request.on('error', reject);
  });
}

await eachAtOnce(names, Number(atOnce), async (name) => {
  const bytes = await bytesOf(name);
  createHash('sha256').update(bytes).digest('hex');
  const part = join(directory, `.${name}.part`);
  const file = openSync(part, 'wx');
  writeSync(file, bytes);
  closeSync(file);
  renameSync(part, join(directory, name));
});
process.exit(0);
