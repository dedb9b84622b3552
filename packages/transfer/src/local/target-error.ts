import { FileSourceError } from '@filesource/core';

const reasons: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ['no space is left', 'Free some space and run it again.'],
  EFBIG: ['a file may not become that large here', 'Raise the limit (ulimit -f), or choose a file system that takes larger files.'],
  EDQUOT: ['the quota is used up', 'Free some space and run it again.'],
  EACCES: ['permission denied', 'Choose a directory that you may write to.'],
  EPERM: ['permission denied', 'Choose a directory that you may write to.'],
  EROFS: ['the file system is read-only', 'Choose a directory that you may write to.'],
  ENOTDIR: ['something that is not a directory is in the way', 'Move it away or choose another directory.'],
  EEXIST: ['something else of that name is in the way', 'Move it away or choose another directory.'],
  EISDIR: ['a directory of that name is in the way', 'Move it away or choose another directory.'],
  ENOTEMPTY: ['a directory of that name is in the way', 'Move it away or choose another directory.'],
  ELOOP: ['a symbolic link is in the way', 'Remove the link or choose another directory.'],
  ENAMETOOLONG: ['the path is too long', 'Choose a directory with a shorter path.'],
  ENOENT: ['the directory is not there', 'Choose another place.'],
  EXDEV: ['another file system is mounted below it', 'Choose a directory that is on one file system.'],
  EMFILE: ['too many files are open', 'Lower the concurrency.'],
};

/** What ends a whole transfer and not one file of it. */
const endsAll = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

/** A failure of the local file system as `target-failed`; errors that are ours already stay as they are. */
export function targetError(thrown: unknown, path: string): FileSourceError {
  if (FileSourceError.is(thrown)) return thrown;
  const code = codeOf(thrown);
  const [reason, advice] = reasons[code] ?? [code === '' ? 'the file system refused' : code, 'Choose another place.'];
  return new FileSourceError('target-failed', `${JSON.stringify(path)} cannot be written: ${reason}`, { advice, cause: thrown });
}

export function refusedLink(path: string): FileSourceError {
  return new FileSourceError('target-failed', `${JSON.stringify(path)} cannot be written: a symbolic link is in the way`, { advice: 'Remove the link or choose another directory.' });
}

export function replacedDirectory(path: string): FileSourceError {
  return new FileSourceError('target-failed', `what was written below ${JSON.stringify(path)} is not there: another directory was put in its place`, { advice: 'Run it again when nobody else works in the directory.' });
}

const ending = new WeakSet<FileSourceError>();

/** As {@link targetError}, of a file without which the transfer cannot go on, whatever failed. */
export function endingTargetError(thrown: unknown, path: string): FileSourceError {
  const error = targetError(thrown, path);
  ending.add(error);
  return error;
}

/** True for an error after which no other file could be written either. */
export function endsTransfer(error: FileSourceError): boolean {
  return ending.has(error) || (error.kind === 'target-failed' && endsAll.has(codeOf(error.cause)));
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
