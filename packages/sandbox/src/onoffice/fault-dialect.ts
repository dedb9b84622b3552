import type { FastifyRequest } from 'fastify';
import type { FaultDialect, Target } from '../faults/index.ts';
import { isRecord, readAction, type Action } from './action.ts';
import { sendExpired } from './file-link-routes.ts';
import { FILE_PATH, PAGE_PATH, STORAGE_PATH } from './links.ts';
import { DEFAULT_LIST_LIMIT } from './parameters.ts';
import type { World } from './world.ts';

/** onOffice as faults see it; it has no operations and no tokens that run out. */
export function onOfficeDialect(world: World, breakConnections: () => void): FaultDialect {
  return {
    now: world.now,
    targetsOf,
    pageOf: (request) => {
      const listings = parametersIn(request).filter((parameters) => !hasFile(parameters) && 'listlimit' in parameters);
      if (listings.length === 0) return undefined;
      return {
        isFirst: listings.every((parameters) => offsetOf(parameters) === 0),
        turn: (pages) => {
          for (const parameters of listings) {
            const limit = Number(parameters['listlimit']) || DEFAULT_LIST_LIMIT;
            parameters['listoffset'] = Math.max(0, offsetOf(parameters) + pages * limit);
          }
        },
      };
    },
    withoutResult: (json) => {
      const response = isRecord(json) ? json['response'] : undefined;
      const results: unknown = isRecord(response) ? response['results'] : undefined;
      if (!isRecord(json) || !Array.isArray(results) || results.length < 2) return undefined;
      return { ...json, response: { results: results.slice(0, -1) } };
    },
    linkOf: (request) => (isLink(request) ? { expire: (reply) => sendExpired(reply, world) } : undefined),
    forgetOperations: () => undefined,
    breakConnections,
  };
}

function targetsOf(request: FastifyRequest): readonly Target[] {
  if (request.method === 'POST') return ['api', ...new Set(parametersIn(request).flatMap(targetOf))];
  const query = request.query as Readonly<Record<string, string | undefined>>;
  if (pathOf(request) === PAGE_PATH) return query['all'] === undefined ? (query['file'] === undefined ? [] : ['content']) : ['archive'];
  return isLink(request) ? ['content'] : [];
}

/** A call for one file of an address brings its bytes. */
function targetOf(parameters: Action['parameters']): readonly Target[] {
  if (!hasFile(parameters)) return 'listlimit' in parameters ? ['list'] : [];
  return 'addressid' in parameters ? ['content'] : [];
}

function isLink(request: FastifyRequest): boolean {
  return request.method === 'GET' && [FILE_PATH, STORAGE_PATH, PAGE_PATH].includes(pathOf(request));
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? '';
}

function hasFile(parameters: Action['parameters']): boolean {
  return 'fileid' in parameters || 'fileId' in parameters;
}

function offsetOf(parameters: Action['parameters']): number {
  return Number(parameters['listoffset'] ?? 0) || 0;
}

/** The parameters as they lie in the body, so that they can be changed. */
function parametersIn({ body }: FastifyRequest): Record<string, unknown>[] {
  const request = isRecord(body) ? body['request'] : undefined;
  const actions: unknown = isRecord(request) ? request['actions'] : undefined;
  return Array.isArray(actions) ? actions.map((action) => readAction(action).parameters as Record<string, unknown>) : [];
}
