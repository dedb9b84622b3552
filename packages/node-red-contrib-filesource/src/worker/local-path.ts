import { lstat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { FileSourceError } from '@filesource/core';
import { TargetDirectory } from '@filesource/transfer';

/** A path that a flow names; a relative one starts where those of Node-RED's own file nodes do. Throws `invalid-argument`. */
export function localPath(RED: NodeAPI, value: unknown, what: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw new FileSourceError('invalid-argument', `no ${what} is named`, { advice: 'Fill it in at the node, or give it with the message.' });
  if (value.includes('\0')) throw new FileSourceError('invalid-argument', `the ${what} has a zero character in it`);
  const { fileWorkingDirectory: directory } = RED.settings as { readonly fileWorkingDirectory?: string };
  return isAbsolute(value) ? value : resolve(directory ?? process.cwd(), value);
}

/**
 * Where a path with `/` is below a directory, and never out of it; the directories above it are made.
 * - Throws `target-failed` for a path that leads out, also over a symbolic link.
 */
export async function placeBelow(directory: string, path: string): Promise<string> {
  const target = await TargetDirectory.prepare(directory);
  const file = target.resolve(path);
  await target.makeParents(path);
  const isLink = await lstat(file).then((found) => found.isSymbolicLink(), () => false);
  if (isLink) throw new FileSourceError('target-failed', `${path} is a symbolic link below the directory, and could lead out of it`, { advice: 'Remove the link.' });
  return file;
}
