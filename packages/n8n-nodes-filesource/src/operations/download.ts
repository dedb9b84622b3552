import { FileSourceError, formatRef, isFileRef, mediaTypeOf, resolveRef } from '@filesource/core';
import { mostItemsAtOnce } from '../items-at-once.ts';
import { keepBinary } from '../node/keep-binary.ts';
import { signalOption, textParameter, type ItemOperation } from './operation.ts';

/** One file, streamed into n8n's storage. */
export const download: ItemOperation = async (call) => {
  const { context, source, itemIndex } = call;
  const ref = resolveRef(source.name, textParameter(call, 'ref'));
  if (!isFileRef(ref)) {
    throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: formatRef(source.name, ref), advice: 'Write folder/file, or use the operation Bulk Download.' });
  }
  const content = await source.open(ref, { ...signalOption(call), concurrency: mostItemsAtOnce });
  try {
    const listed = content.name === null || content.size === null ? await source.stat(ref, signalOption(call)) : null;
    const name = content.name ?? listed?.name ?? ref.file;
    const mediaType = content.mediaType ?? mediaTypeOf(name) ?? 'application/octet-stream';
    const size = content.size ?? (listed?.kind === 'file' ? listed.size : null);
    const { binary, bytes, sha256 } = await keepBinary(context, { body: content.body, name, mediaType, size });
    const property = textParameter(call, 'binaryPropertyName', 'data');
    return [{ json: { ref: formatRef(source.name, ref), name, size: bytes, sha256, mediaType }, binary: { [property]: binary }, pairedItem: { item: itemIndex } }];
  } finally {
    content.body.destroy();
  }
};
