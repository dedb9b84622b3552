// A scripted portal (Workspace): folders of files, and a bulk download that is done at once and leads to an archive on another server.
//   { folders: [{ id, title, parent, count, size, prefix, ending }], archives: { [folderId]: url } }
import { argv } from 'node:process';
import { sendJson, serve } from './serve.mjs';

const { folders, archives = {} } = JSON.parse(argv[2]);
const byId = new Map(folders.map((folder) => [folder.id, folder]));
const modified = '2026-05-01T12:00:00.0000000Z';
let operation;
let operations = 0;

const wrap = (value) => ({ count: Array.isArray(value) ? value.length : 1, status: 0, statusCode: 200, response: value });

function folderDto({ id, title, parent = 0 }) {
  return { parentId: parent, filesCount: 0, foldersCount: 0, isShareable: true, id, title, access: 0, shared: false, created: modified, updated: modified, rootFolderType: 5 };
}

function fileDto(folder, index) {
  const id = folder.id * 1_000_000 + index + 1;
  const title = `${folder.prefix}${String(index).padStart(5, '0')}${folder.ending}`;
  return {
    folderId: folder.id, version: 1, versionGroup: 1, contentLength: `${folder.size} bytes`, pureContentLength: folder.size, fileStatus: 0,
    viewUrl: `${origin}/Products/Files/HttpHandlers/filehandler.ashx?action=download&fileid=${id}`, webUrl: `${origin}/Products/Files/DocEditor.aspx?fileid=${id}`,
    fileType: 7, fileExst: folder.ending, comment: 'Erstellt', encrypted: false, id, title, access: 0, shared: false, created: modified, updated: modified, rootFolderType: 5,
  };
}

/** Folders first, then files, as the vendor pages them. */
function contents(folder, start, count) {
  const inner = folders.filter(({ parent }) => parent === folder.id);
  const shown = inner.slice(start, start + count);
  const first = Math.max(0, start - inner.length);
  const files = Math.max(0, Math.min(count - shown.length, folder.count - first));
  return {
    files: Array.from({ length: files }, (_, index) => fileDto(folder, first + index)),
    folders: shown.map(folderDto),
    current: folderDto(folder), pathParts: [folder.id], startIndex: start, count: shown.length + files, total: inner.length + folder.count, new: 0,
  };
}

function bulkDto(isDone) {
  const url = isDone ? `${origin}/Products/Files/HttpHandlers/filehandler.ashx?action=bulk&folder=${operation.folder}` : null;
  return { id: operation.id, operation: 3, progress: isDone ? 100 : 0, error: null, processed: isDone ? '1' : '0', finished: isDone, url, files: null, folders: null };
}

function answer({ pathname, searchParams }, body, response) {
  const path = pathname.replace('/api/2.0/files/', '');
  if (pathname.endsWith('/filehandler.ashx')) return void response.writeHead(302, { location: archives[searchParams.get('folder')] }).end();
  if (pathname === '/api/2.0/authentication') return sendJson(response, wrap(true));
  if (path === 'fileops/bulkdownload') {
    operation = { id: `job-${(operations += 1)}`, folder: JSON.parse(body.toString()).folderIds[0] };
    return sendJson(response, wrap([bulkDto(false)]));
  }
  if (path.startsWith('fileops')) {
    const told = operation === undefined ? [] : [bulkDto(true)];
    operation = undefined;
    return sendJson(response, wrap(told));
  }
  if (path.startsWith('file/')) {
    const id = Number(path.slice(5));
    return sendJson(response, wrap(fileDto(byId.get(Math.floor(id / 1_000_000)), (id % 1_000_000) - 1)));
  }
  if (path.startsWith('folder/')) return sendJson(response, wrap(folderDto(byId.get(Number(path.slice(7))))));
  const folder = byId.get(Number(path));
  if (folder === undefined) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"status":1,"statusCode":404,"error":{"message":"not found"}}');
  sendJson(response, wrap(contents(folder, Number(searchParams.get('startIndex') ?? 0), Number(searchParams.get('count') ?? 1000))));
}

const origin = await serve(answer);
process.send({ baseUrl: origin });
