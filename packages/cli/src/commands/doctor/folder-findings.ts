import { failureFinding, okFinding, skippedFinding, throwIfAborted, toFileSourceError, type FileSource, type Finding, type SourceEntry, type SourceFileEntry } from '@filesource/core';
import { countText } from '../../render/values.ts';

const pageSize = 50;

/**
 * What a folder shows that no check of an account can: whether its entries may be read, and whether a file really opens.
 * - Looks at one page, and at the first byte of its smallest file.
 */
export async function folderFindings(source: FileSource, folder: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const ref = `${source.name}:${folder}`;
  try {
    const entries = await firstPage(source, folder, signal);
    if (entries.length === 0) {
      return [{ check: 'listing', status: 'warning', message: `${ref} is empty`, advice: 'If it should not be: a vendor may hide what the user has no right to read.' }, skippedFinding('content', 'there is no file to open', 'Name a folder that has files.')];
    }
    const files = entries.filter((entry): entry is SourceFileEntry => entry.kind === 'file');
    const listed = okFinding('listing', `${ref} has ${countText(files.length, 'file')} and ${countText(entries.length - files.length, 'folder')} on its first page`);
    return [listed, await contentFinding(source, files, signal)];
  } catch (error) {
    throwIfAborted(signal);
    return [failureFinding('listing', `${ref} cannot be listed`, toFileSourceError(error), 'Check the id of the folder.'), skippedFinding('content', 'no file is known', 'See to the listing first.')];
  }
}

async function firstPage(source: FileSource, folder: string, signal: AbortSignal): Promise<readonly SourceEntry[]> {
  for await (const page of source.list(folder, { pageSize, signal }).byPage()) return page.items;
  return [];
}

async function contentFinding(source: FileSource, files: readonly SourceFileEntry[], signal: AbortSignal): Promise<Finding> {
  const [file] = [...files].sort((a, b) => (a.size ?? Infinity) - (b.size ?? Infinity)).filter(({ size }) => size !== 0);
  if (file === undefined) return skippedFinding('content', 'there is no file with bytes in it on the first page', 'Name a folder that has files.');
  if (source.capabilities.open.support === 'unsupported') return skippedFinding('content', source.capabilities.open.reason, 'Use the links of the source.');
  try {
    const range = source.capabilities.openRange.support === 'native' ? { range: { offset: 0, length: 1 } } : {};
    const { body } = await source.open(file, { ...range, signal });
    let isRead = false;
    for await (const _chunk of body) {
      isRead = true;
      break;
    }
    if (!isRead) return { check: 'content', status: 'warning', message: `${file.ref} has no bytes`, advice: 'Look at the file with the vendor\'s own program.' };
    return okFinding('content', `${file.ref} can be opened`);
  } catch (error) {
    throwIfAborted(signal);
    return failureFinding('content', `${file.ref} cannot be opened`, toFileSourceError(error), 'Check the rights of the user, and allowHosts of the source.');
  }
}
