import type { Call, Route } from './call.ts';
import { fileDto, folderDto } from './dto.ts';
import { listPage } from './listing.ts';
import type { FolderNode, SectionName } from './model.ts';
import { idFromText } from './parse-id.ts';
import { sectionNames } from './sections.ts';
import { messages, VendorError } from './vendor-error.ts';

const FILES = '/api/2.0/files';

export const contentsRoutes: readonly Route[] = [
  { method: 'GET', path: `${FILES}/@root`, handle: (call) => roots(call) },
  ...sectionNames.map((name): Route => {
    const route: Route = { method: 'GET', path: `${FILES}/${name}`, handle: (call) => contents(call, sectionRoot(call, name)) };
    return name === 'rooms' ? { ...route, only: 'docspace' } : route;
  }),
  { method: 'GET', path: `${FILES}/recent`, only: 'docspace', handle: (call) => contents(call, sectionRoot(call, '@recent')) },
  { method: 'GET', path: `${FILES}/:folderId`, open: 'docspace', handle: (call) => folderContents(call) },
  {
    method: 'GET',
    path: `${FILES}/:folderId/subfolders`,
    handle: (call) => {
      const folder = readableFolder(call);
      return call.portal.store.foldersIn(folder.id).filter((child) => call.portal.store.canRead(call.user, child)).map((child) => folderDto(call, child));
    },
  },
];

function folderContents(call: Call): unknown {
  return contents(call, readableFolder(call));
}

function readableFolder({ portal, user, params }: Call): FolderNode {
  const folder = portal.store.folder(idFromText(params['folderId'] ?? ''));
  if (folder === undefined) {
    // A missing thing is hidden from those who have not signed in.
    throw user === undefined ? new VendorError('security', 'Access denied') : new VendorError('not-found', messages.folderNotFound);
  }
  if (!portal.store.canRead(user, folder)) throw new VendorError('invalid-operation', messages.noPermissionToViewFolder);
  return folder;
}

function contents(call: Call, folder: FolderNode): unknown {
  const page = listPage(call.portal, call.user, folder, call.query);
  return {
    files: page.files.map((file) => fileDto(call, file)),
    folders: page.folders.map((child) => folderDto(call, child)),
    current: folderDto(call, folder),
    pathParts: call.portal.store.lineage(folder).map(({ id, title }) => ({ id, title })),
    startIndex: page.startIndex,
    count: page.files.length + page.folders.length,
    total: page.total,
    new: 0,
  };
}

function roots(call: Call): unknown {
  const shown: SectionName[] = ['@my', '@share', '@common', '@favorites', '@recent'];
  if (call.query['withouttrash']?.toLowerCase() !== 'true') shown.push('@trash');
  return shown.map((name) => contents(call, sectionRoot(call, name)));
}

function sectionRoot({ portal, user }: Call, name: SectionName): FolderNode {
  const root = user && portal.store.section(name, user);
  if (root === undefined) throw new VendorError('not-found', messages.folderNotFound);
  return root;
}
