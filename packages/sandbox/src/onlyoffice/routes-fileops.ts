import type { Call, Route } from './call.ts';
import { docSpaceOperation, otherOperation, workspaceOperation } from './dto-operation.ts';
import { ANONYMOUS } from './operation-queue.ts';
import type { DownloadOperation } from './operation.ts';
import { docSpaceSelection, isEmpty, precheck, workspaceSelection } from './selection.ts';
import { messages, ValidationError, VendorError } from './vendor-error.ts';

const FILEOPS = '/api/2.0/files/fileops';
const TYPES = ['move', 'copy', 'delete', 'download', 'markasread', 'import', 'convert', 'duplicate'];

export const fileopsRoutes: readonly Route[] = [
  { method: 'PUT', path: `${FILEOPS}/bulkdownload`, open: 'docspace', streamed: true, handle: (call) => bulkDownload(call) },
  { method: 'GET', path: FILEOPS, open: 'docspace', streamed: true, handle: (call) => list(call) },
  { method: 'GET', path: `${FILEOPS}/move`, streamed: true, handle: () => [] },
  { method: 'GET', path: `${FILEOPS}/:type`, only: 'docspace', open: 'docspace', streamed: true, handle: (call) => listType(call) },
  { method: 'PUT', path: `${FILEOPS}/terminate`, open: 'docspace', streamed: true, handle: (call) => terminate(call) },
  { method: 'PUT', path: `${FILEOPS}/terminate/:id`, only: 'docspace', open: 'docspace', streamed: true, handle: (call) => terminate(call) },
];

function bulkDownload(call: Call): unknown[] {
  const { portal, user, body } = call;
  const { operations, settings, quirks } = portal;
  const docSpace = settings.generation === 'docspace';
  if (docSpace && call.request.body === undefined) throw new ValidationError({ '': ['A non-empty request body is required.'] });
  const selection = docSpace ? docSpaceSelection(body) : workspaceSelection(body);
  if (!docSpace && isEmpty(selection)) throw new VendorError('invalid-operation', messages.badRequest);
  if (operations.isRunning(ownerOf(call))) throw new VendorError('invalid-operation', messages.tooManyDownloads);
  if (isEmpty(selection)) return operations.list(ownerOf(call)).map((operation) => dto(call, operation));
  if (quirks.precheck ?? (docSpace && settings.version === '3.7')) precheck(portal, user, selection);

  const single = docSpace && body['returnSingleOperation'] === true;
  const others = single ? [] : operations.list(ownerOf(call)).map((operation) => dto(call, operation));
  const started = dto(call, operations.start(user, selection), true);
  return [...(quirks.otherOperation && !docSpace ? [otherOperation(call)] : []), ...others, started];
}

function list(call: Call): unknown[] {
  const { portal, query } = call;
  const id = portal.settings.generation === 'docspace' ? query['id'] : undefined;
  const downloads = portal.operations.list(ownerOf(call), id === '' ? undefined : id).map((operation) => dto(call, operation));
  return [...(portal.quirks.otherOperation && id === undefined ? [otherOperation(call)] : []), ...downloads];
}

function listType(call: Call): unknown[] {
  const text = call.params['type']?.toLowerCase() ?? '';
  const type = /^\d+$/.test(text) ? Number(text) : TYPES.indexOf(text);
  if (TYPES[type] === undefined) throw new ValidationError({ operationType: [`The value '${text}' is not valid.`] });
  if (type === 5 || type === 6) throw new VendorError('argument', 'Specified argument was out of the range of valid values.');
  if (type === 3) return call.portal.operations.list(ownerOf(call), call.query['id']).map((operation) => dto(call, operation));
  return type === 2 && call.portal.quirks.otherOperation ? [otherOperation(call)] : [];
}

function terminate(call: Call): unknown[] {
  const { operations, settings } = call.portal;
  const owner = ownerOf(call);
  if (settings.generation === 'workspace') {
    // Cancelling takes effect after this answer is made.
    const before = operations.peek(owner).map((operation) => dto(call, operation));
    operations.terminate(owner);
    return before;
  }
  const id = call.params['id'];
  const left = id === undefined ? [] : operations.list(owner).filter((operation) => operation.id !== id);
  operations.terminate(owner, id);
  return left.map((operation) => dto(call, operation));
}

function ownerOf({ user }: Call): string {
  return user?.id ?? ANONYMOUS;
}

function dto(call: Call, operation: DownloadOperation, fresh = false): unknown {
  return call.portal.settings.generation === 'docspace' ? docSpaceOperation(call, operation, fresh) : workspaceOperation(call, operation, fresh);
}
