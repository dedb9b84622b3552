import { type Viewpoint, fileDto, folderDto } from './dto.ts';
import { bulkUrl } from './links.ts';
import { type DownloadOperation, phaseAt, processedAt, progressAt, selectedIds } from './operation.ts';

const DOWNLOAD = 3;
const DELETE = 2;

type Dto = Record<string, unknown>;

export function docSpaceOperation(view: Viewpoint, operation: DownloadOperation, fresh = false): Dto {
  const { portal } = view;
  const now = fresh ? operation.startedAt : portal.settings.now();
  const phase = fresh ? 'created' : phaseAt(operation, now);
  const outcome = fresh ? undefined : operation.outcome;
  const status = phase === 'created' ? 0 : phase === 'ended' ? (outcome?.status ?? 2) : 1;
  return {
    id: operation.id,
    Operation: DOWNLOAD,
    progress: fresh ? 0 : progressAt(operation, now),
    error: outcome?.error ?? '',
    processed: fresh ? '0' : String(processedAt(operation, now)),
    finished: outcome?.finished ?? false,
    url: outcome?.name === undefined ? null : bulkUrl(portal, view.origin, outcome.name),
    ...(portal.settings.version === '3.7' && { status }),
  };
}

export function workspaceOperation(view: Viewpoint, operation: DownloadOperation, fresh = false): Dto {
  const { portal } = view;
  const now = portal.settings.now();
  const ended = !fresh && phaseAt(operation, now) === 'ended';
  if (!ended) return runningWorkspaceOperation(view, operation, fresh ? 0 : processedAt(operation, now), fresh ? 0 : progressAt(operation, now));
  const { outcome } = operation;
  return {
    id: operation.id,
    operation: DOWNLOAD,
    progress: 100,
    error: outcome?.error ?? null,
    processed: String(operation.total),
    finished: outcome?.finished ?? true,
    url: outcome?.name === undefined ? null : bulkUrl(portal, view.origin, outcome.name),
    files: null,
    folders: null,
  };
}

// The job keeps the ids it has dealt with where the url will be, and the answer makes an address of them.
function runningWorkspaceOperation(view: Viewpoint, operation: DownloadOperation, processed: number, progress: number): Dto {
  const done = selectedIds(operation).slice(0, processed);
  const { store } = view.portal;
  const files = done.flatMap(({ kind, id }) => (kind === 'file' ? (store.file(id) ?? []) : []));
  const folders = done.flatMap(({ kind, id }) => (kind === 'folder' ? (store.folder(id) ?? []) : []));
  return {
    id: operation.id,
    operation: DOWNLOAD,
    progress,
    error: null,
    processed: String(processed),
    finished: false,
    url: done.length === 0 ? null : `${view.origin}/${done.map(({ kind, id }) => `${kind}_${id}:`).join('')}`,
    files: files.length === 0 ? null : files.map((file) => fileDto(view, file)),
    folders: folders.length === 0 ? null : folders.map((folder) => folderDto(view, folder)),
  };
}

/** Somebody's deletion at work: of no concern to a download, and in the way of whoever takes the first entry. */
export function otherOperation({ portal }: Viewpoint): Dto {
  const common = { id: '0d0d0d0d-a5e6-40db-acb2-94203dba12d6', progress: 50, processed: '1', finished: false };
  if (portal.settings.generation === 'workspace') return { ...common, operation: DELETE, error: null, url: null, files: null, folders: null };
  return { ...common, Operation: DELETE, error: '', ...(portal.settings.version === '3.7' && { status: 1 }) };
}
