import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const readAtOnce = 4 * 2 ** 20;

async function digestOf(path) {
  const { size } = await stat(path);
  if (size <= readAtOnce) return createHash('sha256').update(await readFile(path)).digest('hex');
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

/** Names of all files below a directory, hidden ones of ours left out, with their SHA-256. */
async function digestsBelow(directory) {
  const digests = new Map();
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.startsWith('.filesource')) continue;
    digests.set(entry.name, await digestOf(join(entry.parentPath ?? entry.path, entry.name)));
  }
  return digests;
}

/** Bytes that are not those of the server: the one thing that ends a benchmark with status 1. */
export class WrongBytes extends Error {}

/** Holds every file below a directory against `expected`, names to SHA-256; where the files lie does not matter. */
export async function checkTree(directory, expected) {
  const digests = await digestsBelow(directory);
  if (digests.size !== expected.size) throw new WrongBytes(`${digests.size} files came in place of ${expected.size}`);
  for (const [name, digest] of expected) if (digests.get(name) !== digest) throw new WrongBytes(`${name} has not the bytes of the server`);
}

/** The receipt names every file as proven, with the right SHA-256. */
async function checkReceipt(path, expected) {
  const receipt = JSON.parse(await readFile(path, 'utf8'));
  if (!receipt.complete || receipt.files.length !== expected.size) throw new WrongBytes(`the receipt has ${receipt.files.length} rows for ${expected.size} files, complete: ${receipt.complete}`);
  for (const { path: at, sha256 } of receipt.files) if (expected.get(basename(at)) !== sha256) throw new WrongBytes(`the receipt has another SHA-256 of ${at}`);
}

/** Files and receipt of one of ours. */
export async function checkPull({ stage, place }) {
  await checkTree(place, stage.expected);
  await checkReceipt(stage.receipt, stage.expected);
}
