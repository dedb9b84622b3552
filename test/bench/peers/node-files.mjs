// Many files with Node's own client: each read whole, hashed, written by one call and given its name. No proof is kept.
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { argv } from 'node:process';
import { eachAtOnce } from './each-at-once.mjs';
import { saveFile } from './save-file.mjs';

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

await eachAtOnce(names, Number(atOnce), async (name) => saveFile(directory, name, await bytesOf(name)));
process.exit(0);
