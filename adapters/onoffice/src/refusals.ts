import { FileSourceError } from '@filesource/core';

export function noSuchFile(): FileSourceError {
  return new FileSourceError('not-found', 'the record has no file with this id', { advice: 'List the record to see its files.' });
}

export async function noArchive(): Promise<never> {
  throw new FileSourceError('unsupported', 'onOffice makes no archives');
}
