import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { FileSourceError, type ErrorKind } from '@filesource/core';
import type { Receipt } from '@filesource/transfer';
import type { Mix } from './mix.ts';
import type { Expected } from './world.ts';

/** What a vendor or a network can be blamed for; anything else is a fault of ours. */
const sensible: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'not-found',
  'permission-denied',
  'unauthenticated',
  'rate-limited',
  'link-expired',
  'host-refused',
  'conflict',
  'truncated',
  'corrupt',
  'too-large',
  'vendor-protocol',
  'vendor-failure',
  'network',
  'timeout',
]);

function isSensible(kind: ErrorKind): boolean {
  return sensible.has(kind);
}

export interface Outcome {
  readonly receipt?: Receipt;
  readonly error?: unknown;
}

/** Everything that is wrong with what a run left, in words; nothing when all is well. */
export async function findProblems(mix: Mix, expected: readonly Expected[], outcome: Outcome, directory: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const { receipt, error } = outcome;
  if (receipt === undefined && !(FileSourceError.is(error) && isSensible(error.kind))) {
    problems.push(`ended with ${FileSourceError.is(error) ? `${error.kind}: ${error.message}` : String(error)}${error instanceof Error ? `\n${String(error.stack)}\ncause: ${String((error.cause as Error | undefined)?.stack)}` : ''}`);
  }
  const bytesOf = new Map(expected.map(({ ref, bytes }) => [ref, bytes]));
  const onDisk = await readTree(directory);
  const accounted = new Set<string>();
  if (receipt !== undefined) problems.push(...gapsIn(receipt, bytesOf), ...wrongRows(receipt, bytesOf));
  for (const row of receipt?.files ?? []) {
    const bytes = bytesOf.get(row.ref);
    if (row.status !== 'ok' || row.path === null || bytes === undefined || mix.job === 'archive-file') continue;
    accounted.add(row.path);
    const found = onDisk.get(row.path);
    if (found === undefined) problems.push(`${row.ref} is ok and not on the disk at ${row.path}`);
    else if (!found.equals(bytes)) problems.push(`${row.ref} is ok and has other bytes on the disk`);
  }
  for (const [path, bytes] of onDisk) problems.push(...wrongFile(mix, path, bytes, { accounted, expected, receipt }));
  return problems;
}

function gapsIn(receipt: Receipt, bytesOf: ReadonlyMap<string, Buffer>): readonly string[] {
  const told = new Set(receipt.files.map(({ ref }) => ref));
  // A folder that could not be listed stands for what is in it.
  const isFolderLost = receipt.files.some(({ ref, status }) => status !== 'ok' && !ref.includes('/'));
  const silent = isFolderLost ? [] : [...bytesOf.keys()].filter((ref) => !told.has(ref));
  if (silent.length > 0) return [`a silent gap: ${silent.length} of ${bytesOf.size} files are not in the receipt, such as ${silent[0]}`];
  return receipt.complete && isFolderLost ? ['complete, although a folder was not listed'] : [];
}

function wrongRows(receipt: Receipt, bytesOf: ReadonlyMap<string, Buffer>): readonly string[] {
  return receipt.files.flatMap((row): readonly string[] => {
    if (row.status !== 'ok') return row.error !== undefined && isSensible(row.error.kind) ? [] : [`${row.ref} is ${row.status} with ${row.error?.kind}: ${row.error?.message}`];
    const bytes = bytesOf.get(row.ref);
    if (bytes === undefined) return [`${row.ref} is in the receipt, and nobody asked for it`];
    return row.sha256 === sha256(bytes) && row.size === bytes.length ? [] : [`${row.ref} is ok with ${row.size} bytes that are not those of the vendor`];
  });
}

interface Known {
  readonly accounted: ReadonlySet<string>;
  readonly expected: readonly Expected[];
  readonly receipt: Receipt | undefined;
}

function wrongFile(mix: Mix, path: string, bytes: Buffer, { accounted, expected, receipt }: Known): readonly string[] {
  // What a later pull can carry on stays until then.
  if (path.endsWith('.part')) return mix.job === 'pull' && receipt?.complete !== true && /^\.filesource-[0-9a-f]{24}\.part$/.test(path) ? [] : [`${path} was left behind`];
  if (/(^|\/)\.filesource-/.test(path)) return mix.job === 'pull' ? [] : [`${path} was left behind`];
  if (mix.job === 'archive-file') return receipt === undefined ? [`${path} was left by an archive that failed`] : [];
  if (accounted.has(path) || receipt?.extras !== undefined || (receipt?.files ?? []).some((row) => row.path === path)) return [];
  return expected.some((file) => file.bytes.equals(bytes)) ? [] : [`${path} is on the disk with bytes of no file`];
}

async function readTree(directory: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file) => [relative(directory, file).split(sep).join('/'), await readFile(file)] as const);
  return new Map(await Promise.all(read));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
