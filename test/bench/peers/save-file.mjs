import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What the floors do with a file: one hash, one write and one name. No proof is kept, and nothing is forced to the disk. */
export function saveFile(directory, name, bytes) {
  createHash('sha256').update(bytes).digest('hex');
  const part = join(directory, `.${name}.part`);
  const file = openSync(part, 'wx');
  writeSync(file, bytes);
  closeSync(file);
  renameSync(part, join(directory, name));
}
