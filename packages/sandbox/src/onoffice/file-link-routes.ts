import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendBytes, type SendBytesOptions } from '../http/index.ts';
import { expiredPage } from './download-page.ts';
import { sendHtml, sendLoginPage, sendStatusPage } from './http-faults.ts';
import { FILE_PATH, STORAGE_PATH } from './links.ts';
import type { StoredFile } from './store.ts';
import type { World } from './world.ts';

interface LinkQuery {
  Querystring: { params?: string };
}

/** The anonymous links to appointment files, and where a redirect from them leads. */
export function addFileLinkRoutes(app: FastifyInstance, world: World, otherHost: () => string): void {
  const used = new Set<string>();
  app.get<LinkQuery>(FILE_PATH, (request, reply) => {
    const { quirks } = world;
    if (quirks.linkRedirect === 'none') return download(request, reply, world, used);
    const { search } = new URL(request.url, otherHost());
    return reply.redirect(`${quirks.linkRedirect === 'same-host' ? '' : otherHost()}${STORAGE_PATH}${search}`, 302);
  });
  app.get<LinkQuery>(STORAGE_PATH, (request, reply) => download(request, reply, world, used));
}

function download(request: FastifyRequest<LinkQuery>, reply: FastifyReply, world: World, used: Set<string>): FastifyReply {
  const { quirks, occasions, links, store } = world;
  const { params } = request.query;
  if (request.method === 'HEAD' && !quirks.linkHead) return sendStatusPage(reply.header('allow', 'GET'), 405);
  const { linkStatus, linkFault } = quirks;
  if (linkStatus !== false && occasions.due('linkStatus', linkStatus)) return sendStatusPage(reply, linkStatus.status, linkStatus.retryAfter);
  if (occasions.due('linkLogin', quirks.linkLogin)) return sendLoginPage(reply);
  const ticket = links.ticket(params, 'appointment-file');
  if (ticket === undefined || params === undefined || (quirks.linkOnce && used.has(params))) return sendExpired(reply, world);
  const file = store.appointments.file(ticket.folderId, ticket.fileId);
  if (file === undefined) return sendStatusPage(reply, 404);
  used.add(params);
  const fault = linkFault !== false && occasions.due('linkFault', linkFault) ? { fault: linkFault } : {};
  return sendBytes(reply, file.document.bytes(), { ...headersOf(file, world), ...fault });
}

/** The answer to a link that has run out or was never given. */
export function sendExpired(reply: FastifyReply, world: World): FastifyReply {
  const answer = world.quirks.expiredLinkAnswer;
  return sendHtml(reply.code(answer === 'html-200' ? 200 : answer), expiredPage(world.userLanguage));
}

function headersOf(file: StoredFile, { quirks }: World): SendBytesOptions {
  const { document } = file;
  const etag = `"${createHash('sha256').update(document.bytes()).digest('hex').slice(0, 32)}"`;
  return {
    ranges: quirks.linkRanges,
    withoutLength: quirks.linkWithoutLength,
    ...(quirks.linkMediaType === 'by-name' ? { mediaType: document.mediaType } : {}),
    ...(quirks.linkContentDisposition ? { name: document.name } : {}),
    ...(quirks.linkValidators ? { etag, lastModified: new Date(file.modified * 1000) } : {}),
  };
}
