import { portalDate } from './dates.ts';
import { extensionOf, fileTypeOf } from './file-kinds.ts';
import { downloadUrl } from './links.ts';
import type { EntryNode, FileNode, FileVersion, FolderNode, User } from './model.ts';
import type { Portal } from './portal.ts';
import { sectionOf } from './sections.ts';
import { latest } from './store.ts';

export interface Viewpoint {
  readonly portal: Portal;
  readonly origin: string;
  readonly user: User | undefined;
}

type Dto = Record<string, unknown>;

export function fileDto(view: Viewpoint, file: FileNode, version: FileVersion = latest(file)): Dto {
  const { portal } = view;
  const { settings } = portal;
  const viewUrl = downloadUrl(portal, view.origin, file.id);
  const size = version.bytes.length;
  const docSpace = settings.generation === 'docspace';
  return {
    folderId: file.folderId,
    version: version.version,
    versionGroup: version.version,
    contentLength: sizeText(size),
    pureContentLength: docSpace && size === 0 ? null : size,
    fileStatus: file.favorite === true ? 32 : 0,
    mute: docSpace ? false : undefined,
    viewUrl: version === latest(file) ? viewUrl : `${viewUrl}&version=${version.version}`,
    webUrl: `${view.origin}${docSpace ? '/doceditor' : '/Products/Files/DocEditor.aspx'}?fileid=${encodeURIComponent(file.id)}&version=${version.version}`,
    fileType: fileTypeOf(file.title),
    fileExst: extensionOf(file.title),
    comment: version.version === 1 ? 'Erstellt' : `Bearbeitet (${version.version})`,
    encrypted: docSpace ? null : false,
    thumbnailStatus: docSpace ? 0 : undefined,
    viewAccessibility: docSpace ? { CanConvert: false, ImageView: fileTypeOf(file.title) === 4, WebView: fileTypeOf(file.title) >= 5 } : undefined,
    ...entryDto(view, file, version.modified),
    fileEntryType: docSpace ? 2 : undefined,
  };
}

export function folderDto(view: Viewpoint, folder: FolderNode): Dto {
  const { store, settings } = view.portal;
  const docSpace = settings.generation === 'docspace';
  const visible = (entry: EntryNode): boolean => store.canRead(view.user, entry);
  return {
    parentId: folder.parentId ?? 0,
    filesCount: store.filesIn(folder.id).filter(visible).length,
    foldersCount: store.foldersIn(folder.id).filter(visible).length,
    isShareable: docSpace ? null : true,
    new: 0,
    mute: docSpace ? false : undefined,
    tags: docSpace ? [] : undefined,
    pinned: docSpace ? false : undefined,
    roomType: folder.section === 'rooms' && folder.parentId !== undefined && store.folder(folder.parentId)?.parentId === undefined ? 5 : null,
    private: docSpace ? false : undefined,
    denyDownload: docSpace ? folder.denyDownload === true : undefined,
    type: docSpace && folder.parentId === undefined ? sectionOf(folder.section).folderType : null,
    ...entryDto(view, folder, folder.updated),
    fileEntryType: docSpace ? 1 : undefined,
  };
}

function entryDto({ portal, user }: Viewpoint, node: EntryNode, updated: number): Dto {
  const { settings, store } = portal;
  const docSpace = settings.generation === 'docspace';
  const root = store.lineage(node)[0];
  const owner = person(portal, node.ownerId);
  const own = user?.id === node.ownerId;
  return {
    id: node.id,
    title: node.title,
    access: own ? 0 : 2,
    shared: Array.isArray(node.readers),
    sharedForUser: docSpace ? !own && Array.isArray(node.readers) : undefined,
    created: portalDate(node.created, settings.tenantOffsetMinutes),
    createdBy: owner,
    updated: portalDate(updated, settings.tenantOffsetMinutes),
    updatedBy: owner,
    rootFolderType: root?.kind === 'folder' ? sectionOf(root.section).folderType : 0,
    rootFolderId: docSpace ? (root?.id ?? null) : undefined,
    providerItem: node.provider ? true : null,
    providerKey: node.provider?.key ?? null,
    providerId: node.provider?.id ?? null,
    isFavorite: docSpace ? node.favorite === true : undefined,
    canShare: docSpace ? own : undefined,
    security: docSpace ? { Read: true, Download: store.canDownload(user, node), Edit: own, Delete: own, Rename: own } : undefined,
  };
}

function person(portal: Portal, id: string): Dto {
  const name = portal.store.users.find((user) => user.id === id)?.displayName ?? '';
  return {
    id,
    displayName: name,
    avatarSmall: '/static/images/default_user_photo_size_32-32.png',
    profileUrl: `/accounts/people/filter?search=${encodeURIComponent(name)}`,
  };
}

function sizeText(size: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const power = size === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(size) / Math.log(1024)));
  return `${Number((size / 1024 ** power).toFixed(2))} ${units[power] ?? ''}`;
}
