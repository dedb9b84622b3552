import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FaultDialect, Target } from '../faults/index.ts';
import { queryOf } from './call.ts';
import { handlerPath } from './links.ts';
import type { Portal } from './portal.ts';
import { storageRefusal, STORAGE_PREFIX } from './storage-server.ts';

const API = '/api/2.0/';
const defaultCounts = { docspace: 100, workspace: 1000 } as const;

/** ONLYOFFICE and the store beside it as faults see them. */
export function onlyOfficeDialect(portal: Portal, breakConnections: () => void): FaultDialect {
  return {
    now: portal.settings.now,
    targetsOf: (request) => targetsOf(portal, request),
    pageOf: (request) => {
      if (!targetsOf(portal, request).includes('list')) return undefined;
      const query = request.query as Record<string, string>;
      const { startindex, count } = queryOf(request);
      const start = Number(startindex ?? 0) || 0;
      const size = Number(count) || defaultCounts[portal.settings.generation];
      return {
        isFirst: start === 0,
        turn: (pages) => {
          for (const name of Object.keys(query)) if (name.toLowerCase() === 'startindex') delete query[name];
          query['startIndex'] = String(Math.max(0, start + pages * size));
        },
      };
    },
    withoutResult: (json) => {
      const envelope = json as { readonly response?: unknown } | undefined;
      if (!Array.isArray(envelope?.response) || envelope.response.length === 0) return undefined;
      const response: readonly unknown[] = envelope.response.slice(0, -1);
      return { ...envelope, response, ...('count' in envelope ? { count: response.length } : {}) };
    },
    linkOf: (request) => (pathOf(request).startsWith(STORAGE_PREFIX) ? { expire: (reply: FastifyReply) => storageRefusal(reply, 'expired') } : undefined),
    expireTokens: () => portal.tokens.revokeAll(),
    forgetOperations: () => portal.operations.forgetAll(),
    breakConnections,
  };
}

function targetsOf(portal: Portal, request: FastifyRequest): readonly Target[] {
  const path = pathOf(request);
  if (path.startsWith(STORAGE_PREFIX)) return [decodeURIComponent(path).startsWith(`${STORAGE_PREFIX}files_temp/`) ? 'archive' : 'content'];
  if (path.toLowerCase() === handlerPath(portal).toLowerCase()) {
    // With a store beside it the portal only redirects, and has no bytes itself.
    if (portal.storageUrl !== undefined) return [];
    return [queryOf(request)['action']?.toLowerCase() === 'bulk' ? 'archive' : 'content'];
  }
  if (!path.startsWith(API)) return [];
  const call = path.slice(API.length).replace(/\.json$/, '');
  if (call.startsWith('authentication')) return ['api', 'login'];
  if (call.startsWith('files/fileops')) return ['api', 'operation'];
  return request.method === 'GET' && /^files\/(?!@root$)[^/]+$/.test(call) ? ['api', 'list'] : ['api'];
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? '';
}
