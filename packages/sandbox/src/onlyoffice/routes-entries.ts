import type { Call, Route } from './call.ts';
import { fileDto, folderDto } from './dto.ts';
import { handlerPath } from './links.ts';
import type { FileNode, FolderNode } from './model.ts';
import { idFromText } from './parse-id.ts';
import { latest } from './store.ts';
import { messages, VendorError } from './vendor-error.ts';

const FILES = '/api/2.0/files';

export const entryRoutes: readonly Route[] = [
  { method: 'GET', path: `${FILES}/folder/:id`, open: 'docspace', handle: (call) => folderDto(call, readableFolder(call)) },
  {
    method: 'GET',
    path: `${FILES}/folder/:id/path`,
    handle: (call) => call.portal.store.lineage(readableFolder(call)).flatMap((node) => (node.kind === 'folder' ? [folderDto(call, node)] : [])),
  },
  { method: 'GET', path: `${FILES}/file/:id`, open: 'docspace', handle: (call) => oneVersion(call) },
  {
    method: 'GET',
    path: `${FILES}/file/:id/history`,
    open: 'docspace',
    handle: (call) => {
      const file = readableFile(call);
      return file.versions.toReversed().map((version) => fileDto(call, file, version));
    },
  },
  { method: 'GET', path: `${FILES}/file/:id/presigneduri`, handle: (call) => streamUrl(call) },
];

function readableFolder({ portal, user, params }: Call): FolderNode {
  const folder = portal.store.folder(idFromText(params['id'] ?? ''));
  if (folder === undefined) throw new VendorError('not-found', messages.folderNotFound);
  if (portal.store.canRead(user, folder)) return folder;
  throw user === undefined ? new VendorError('authentication', messages.authenticationFailed) : new VendorError('security', messages.noPermissionToViewFolder);
}

function readableFile({ portal, user, params }: Call): FileNode {
  const file = portal.store.file(idFromText(params['id'] ?? ''));
  if (file === undefined) throw new VendorError('not-found', messages.fileNotFound);
  if (!portal.store.canRead(user, file)) throw new VendorError('invalid-operation', messages.noPermissionToViewFile);
  return file;
}

function oneVersion(call: Call): unknown {
  const file = readableFile(call);
  const wanted = Number(call.query['version'] ?? 0);
  const version = wanted > 0 ? file.versions.find((candidate) => candidate.version === wanted) : latest(file);
  if (version === undefined) throw new VendorError('not-found', messages.fileNotFound);
  return fileDto(call, file, version);
}

function streamUrl(call: Call): string {
  const file = readableFile(call);
  const id = String(file.id);
  const query = new URLSearchParams({ action: 'stream', fileid: id, version: String(latest(file).version), stream_auth: call.portal.links.forStream(id) });
  return `${call.origin}${handlerPath(call.portal)}?${query.toString()}`;
}
