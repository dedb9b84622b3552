import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { notUtf8 } from './config-text.ts';
import type { ConfigPath, Problem } from './problem.ts';
import { innermost, isSecret, schemaUnder } from './schema-walk.ts';

const prefix = 'file:';
const longestSecret = 65_536;

/**
 * The data with `file:PATH` in secret fields replaced by what the file holds, without white space around it.
 * - PATH is relative to `folder`. In other fields such a text stays as it is.
 */
export async function readSecretFiles(schema: z.core.$ZodType, data: unknown, folder: string): Promise<{ readonly data: unknown; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const visit = async (inner: z.core.$ZodType | undefined, value: unknown, path: ConfigPath): Promise<unknown> => {
    if (inner === undefined) return value;
    if (isSecret(innermost(inner))) {
      if (typeof value !== 'string' || !value.startsWith(prefix)) return value;
      const read = await readSecret(value.slice(prefix.length), folder);
      if ('secret' in read) return read.secret;
      problems.push({ path, what: read.problem });
      return value;
    }
    if (Array.isArray(value)) return Promise.all(value.map((item, index) => visit(schemaUnder(inner, value, index), item, [...path, index])));
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await visit(schemaUnder(inner, value, key), item, [...path, key])] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return { data: await visit(schema, data, []), problems };
}

async function readSecret(path: string, folder: string): Promise<{ readonly secret: string } | { readonly problem: string }> {
  const name = `the secret file ${JSON.stringify(path)}`;
  try {
    const file = path.startsWith('//') ? fileURLToPath(`file:${path}`) : path;
    const bytes = await startOf(isAbsolute(file) ? file : resolve(folder, file));
    if (bytes.length > longestSecret) return { problem: `${name} is too large for a secret` };
    if (!isUtf8(bytes)) return { problem: `${name}: ${notUtf8}` };
    const secret = bytes.toString('utf8').replace(/^\uFEFF/, '').trim();
    return secret === '' ? { problem: `${name} is empty` } : { secret };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problem: code === 'ENOENT' ? `${name} does not exist (relative paths start at the config file's folder)` : `${name} cannot be read (${code ?? 'bad path'})` };
  }
}

/** One byte more than a secret may have, and no others: there are files that do not end. */
async function startOf(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: longestSecret }) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
