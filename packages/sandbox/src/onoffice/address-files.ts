import type { Action } from './action.ts';
import { ActionError } from './action-error.ts';
import type { ResultData } from './envelope.ts';
import { listFiles, nothingFound, oneFile, sizeElement } from './file-list.ts';
import { fileIdOf, integer, refuseUnknown } from './parameters.ts';
import type { StoredFile } from './store.ts';
import { storedName, uploadDate } from './stored-name.ts';
import type { World } from './world.ts';

/** `get` / `file` / `address`: the list, or one file with its content as base64. */
export function addressFiles(action: Action, world: World): ResultData {
  const { parameters } = action;
  const { quirks, store } = world;
  refuseUnknown(parameters, ['addressid', 'fileid', 'fileId', 'listlimit', 'listoffset'], quirks);
  const addressId = integer(parameters, 'addressid');
  if (addressId === undefined) throw new ActionError(96);
  const fileId = fileIdOf(parameters, quirks.addressFileIdCasing);
  if (store.addresses.files(addressId) === undefined) return nothingFound(quirks.unknownAddress, quirks);
  if (fileId === undefined) return listFiles(action, store.addresses, addressId, world, (file) => metadata(file, world));
  const file = store.addresses.file(addressId, fileId);
  if (file === undefined) return nothingFound(quirks.unknownFile, quirks);
  return oneFile(file, { ...metadata(file, world), ...content(file, world) }, quirks);
}

function metadata(file: StoredFile, { quirks }: World): Readonly<Record<string, unknown>> {
  return {
    type: file.document.mediaType.startsWith('image/') ? 'Foto' : 'Dokument',
    name: file.document.name,
    originalname: file.document.name,
    filename: storedName(file),
    ...sizeElement(file, quirks.fileSizeAsString === 'always', quirks),
    modified: file.modified,
    date: uploadDate(file),
  };
}

function content(file: StoredFile, { quirks, occasions }: World): Readonly<Record<string, unknown>> {
  const bytes = file.document.bytes();
  const fault = quirks.contentFault;
  if (fault === false || !occasions.due('contentFault', fault)) return { content: bytes.toString('base64') };
  if (fault.kind === 'missing') return {};
  if (fault.kind === 'not-base64') return { content: `<p>${file.document.name}</p>` };
  return { content: bytes.subarray(0, Math.floor(bytes.length / 2)).toString('base64') };
}
