import { FileSourceError } from './file-source-error.ts';

export function sourceClosed(): FileSourceError {
  return new FileSourceError('aborted', 'the source was closed', { advice: 'Create the sources anew.' });
}
