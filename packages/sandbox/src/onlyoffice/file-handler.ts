import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import mime from 'mime';
import { identify } from './auth.ts';
import { queryOf } from './call.ts';
import { convertedFile } from './conversion.ts';
import { disposition } from './disposition.ts';
import { handlerPath, withLinkHostname } from './links.ts';
import type { Query } from './listing.ts';
import type { User } from './model.ts';
import { idFromText } from './parse-id.ts';
import type { Portal } from './portal.ts';
import type { AimCounter } from './quirks.ts';
import { parseHandlerRange } from './ranges.ts';
import { contextOf, envelopeOf, sendAnswer } from './router.ts';
import { sendContent } from './send-content.ts';
import { latest } from './store.ts';
import { BareStatus, messages, VendorError } from './vendor-error.ts';

interface Found {
  readonly title: string;
  readonly bytes: Buffer;
  readonly kind: 'attachment' | 'inline';
  /** In the storage. */
  readonly key: string;
  readonly etag?: string;
}

/** `filehandler.ashx`: the content of files and of finished downloads. */
export function addFileHandler(app: FastifyInstance, portal: Portal, aims: AimCounter): void {
  app.get(handlerPath(portal), async (request, reply) => {
    portal.operations.advance();
    const query = queryOf(request);
    const action = query['action']?.toLowerCase();
    const { user } = identify(portal, request).caller ?? {};
    if (action === 'bulk') return deliver(portal, aims, request, reply, await findBulk(portal, user, query), true);
    if (action === 'download' || action === 'view' || action === 'stream') {
      return deliver(portal, aims, request, reply, findFile(portal, user, query, action), false);
    }
    if (portal.settings.generation === 'workspace') return reply.code(400).type('text/html; charset=utf-8').send(messages.badRequest);
    throw new VendorError('unmapped', messages.badRequest);
  });
}

function findFile(portal: Portal, user: User | undefined, query: Query, action: 'download' | 'view' | 'stream'): Found {
  const id = query['fileid'] ?? '';
  const file = portal.store.file(idFromText(id));
  const wanted = Number(query['version'] ?? 0);
  const version = file && (wanted > 0 ? file.versions.find((candidate) => candidate.version === wanted) : latest(file));
  if (file === undefined || version === undefined) throw new BareStatus(404);
  const allowed = action === 'stream' ? portal.links.checkStream(id, query['stream_auth'] ?? '') : portal.store.canDownload(user, file);
  if (!allowed) throw new BareStatus(403);
  const kind = action === 'view' ? 'inline' : 'attachment';
  const key = `files/${encodeURIComponent(file.id)}/v${version.version}`;
  const outputType = query['outputtype'];
  if (outputType !== undefined && outputType !== '') {
    const { title, bytes } = convertedFile(file.title, outputType);
    return { title, bytes: Buffer.from(bytes), kind, key: `${key}/${title}` };
  }
  const etag = `"${file.id}:${version.version}:${Buffer.from(file.title).toString('hex').slice(0, 8)}:${version.bytes.length}"`;
  return { title: file.title, bytes: Buffer.from(version.bytes), kind, key, etag };
}

async function findBulk(portal: Portal, user: User | undefined, query: Query): Promise<Found> {
  if (user === undefined) throw new BareStatus(403);
  const sealed = query['filename'];
  const name = sealed === undefined || sealed === '' ? `download${query['ext'] ?? '.zip'}` : unseal(portal, sealed);
  const result = portal.temp.get(user.id, name);
  if (result === undefined) throw new BareStatus(404);
  return { title: name, bytes: await result.bytes(), kind: 'attachment', key: `files_temp/${user.id}/${name}` };
}

function unseal(portal: Portal, sealed: string): string {
  try {
    return portal.temp.unseal(sealed);
  } catch {
    throw new VendorError('unmapped', 'Padding is invalid and cannot be removed.');
  }
}

function deliver(portal: Portal, aims: AimCounter, request: FastifyRequest, reply: FastifyReply, found: Found, bulk: boolean): FastifyReply {
  const mediaType = mime.getType(found.title) ?? 'application/octet-stream';
  if (portal.storageUrl !== undefined) {
    portal.storage.set(found.key, found);
    const location = `${withLinkHostname(portal, portal.storageUrl)}/sandbox/${encodeURIComponent(found.key)}`;
    return reply.code(302).header('location', `${location}?${portal.links.forStorage(found.key, disposition(found.kind, found.title), mediaType)}`).send('');
  }
  const docSpace = portal.settings.generation === 'docspace';
  if (!docSpace && found.etag !== undefined && request.headers['if-none-match'] === found.etag) return reply.code(304).send('');
  const slice = parseHandlerRange(request.headers.range, found.bytes.length);
  if (slice === 'bad') return refuseRange(portal, request, reply, bulk);
  const contentRange = `bytes ${slice.first}-${slice.last}/${found.bytes.length}`;
  // Workspace speaks of ranges only, but then always, when it was asked for one.
  const speaksOfRanges = docSpace || request.headers.range !== undefined;
  const withoutLength = portal.quirks.noContentLength;
  const headers = {
    'content-type': mediaType,
    'content-disposition': disposition(found.kind, found.title),
    ...(speaksOfRanges && !withoutLength && { 'accept-ranges': 'bytes' }),
    ...((slice.partial || (!docSpace && speaksOfRanges)) && { 'content-range': contentRange }),
    ...(docSpace && { 'cache-control': 'no-cache, no-store, no-transform' }),
    ...(!docSpace && found.etag !== undefined && { etag: found.etag, 'cache-control': 'public' }),
  };
  const fault = aims.hit(portal.quirks.transfers, request.method, request.url)?.fault;
  const body = found.bytes.subarray(slice.first, slice.last + 1);
  return sendContent(reply, { status: slice.partial ? 206 : 200, headers, body, withoutLength, ...(fault && { fault }) });
}

function refuseRange(portal: Portal, request: FastifyRequest, reply: FastifyReply, bulk: boolean): FastifyReply {
  if (portal.settings.generation === 'workspace') return reply.code(400).type('text/html; charset=utf-8').send('Wrong Range header');
  const text = "Exception of type 'System.Web.HttpException' was thrown.";
  if (bulk) return sendAnswer(reply, envelopeOf(portal).failure(new VendorError('unmapped', text), contextOf(portal, request)));
  return reply.code(400).type('text/html; charset=utf-8').send(text.replaceAll("'", '&#39;'));
}
