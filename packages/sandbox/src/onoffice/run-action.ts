import { ACTION_PREFIX, type Action } from './action.ts';
import { ActionError } from './action-error.ts';
import { addressFiles } from './address-files.ts';
import { appointmentFiles } from './appointment-files.ts';
import { downloadFiles } from './download-files.ts';
import { errorResult, successResult, type ActionResult, type ResultData } from './envelope.ts';
import { checkSignature } from './signature.ts';
import type { World } from './world.ts';

const KINDS = ['read', 'create', 'modify', 'delete', 'get', 'do'];

type Handler = (action: Action, world: World) => ResultData;

const handlers = new Map<string, ReadonlyMap<string, Handler>>([
  ['file', new Map<string, Handler>([['address', addressFiles], ['appointment', appointmentFiles]])],
  ['downloadFiles', new Map<string, Handler>([['address', downloadFiles]])],
]);

/** Calls that onOffice has and this sandbox has not; keyed `kind/resourcetype/resourceid`, the last only where it decides. */
const NOT_EMULATED = new Set([
  'get/file/estate',
  'get/estatepictures',
  'get/idsfromrelation',
  'get/appointmentList',
  'get/search',
  'get/getlink',
  'read/address',
  'read/estate',
  'read/calendar',
  'read/task',
  'read/agentslog',
  'do/uploadfile',
  'modify/fileRelation',
  'delete/fileRelation',
]);

/** Runs one action; its failure is its own result and nobody else's. */
export function runAction(action: Action, world: World): ActionResult {
  try {
    checkSignature(action, world.token, world.secret, world.now(), world.quirks);
    forcedError(action, world);
    return successResult(action, handlerOf(action)(action, world), world.quirks);
  } catch (error) {
    if (error instanceof ActionError) return errorResult(action, error, world.quirks);
    throw error;
  }
}

function handlerOf(action: Action): Handler {
  const { resourcetype, resourceid } = action;
  const kind = action.actionid.startsWith(ACTION_PREFIX) ? action.actionid.slice(ACTION_PREFIX.length) : '';
  if (!KINDS.includes(kind)) throw new ActionError(23, action.actionid);
  const name = `${kind}/${resourcetype}`;
  if (NOT_EMULATED.has(name) || NOT_EMULATED.has(`${name}/${resourceid}`)) throw new ActionError(199);
  const byResourceId = kind === 'get' ? handlers.get(resourcetype) : undefined;
  if (byResourceId === undefined) throw new ActionError(25, resourcetype);
  const handler = byResourceId.get(resourceid);
  if (handler === undefined) throw new ActionError(24, resourceid);
  return handler;
}

function forcedError(action: Action, { quirks, occasions }: World): void {
  const fault = quirks.actionError;
  if (fault === false) return;
  if (fault.resourcetype !== undefined && fault.resourcetype !== action.resourcetype) return;
  if (fault.resourceid !== undefined && fault.resourceid !== action.resourceid) return;
  if (!occasions.due('actionError', fault)) return;
  throw fault.message === undefined ? new ActionError(fault.errorcode) : ActionError.withMessage(fault.errorcode, fault.message);
}
