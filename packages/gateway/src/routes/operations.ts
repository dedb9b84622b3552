import { createReadStream } from 'node:fs';
import parseRange from 'range-parser';
import { FileSourceError } from '@filesource/core';
import { receiptSchema } from '@filesource/transfer';
import { grantOf } from '../auth/authenticate.ts';
import { mayResume } from '../content/content-headers.ts';
import { outside } from '../content/open-file.ts';
import { sendBytes } from '../content/send-bytes.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import type { ArchiveOperation, FetchedArchive } from '../operations/archive-operation.ts';
import type { Parts } from '../parts.ts';
import { Refusal } from '../problem/refusal.ts';
import { bytesAnswers, rangeHeaders } from './content.ts';
import { operationParams, operationSchema } from './schemas.ts';

export function operationRoutes({ operations }: Pick<Parts, 'operations'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/operations/:id',
      operationId: 'getOperation',
      summary: 'How far an operation is',
      access: 'archive',
      input: { params: operationParams },
      answers: { 200: { description: 'The operation', schema: operationSchema } },
      run: ({ params, request, reply }) => reply.header('cache-control', 'no-store').send(operations.get(grantOf(request), params.id).toJson()),
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/operations/:id',
      operationId: 'endOperation',
      summary: 'Cancel an operation; forget one that has ended',
      description: 'The vendor is asked to stop. One that has ended goes at once, with its archive.',
      access: 'archive',
      input: { params: operationParams },
      answers: { 204: { description: 'It is cancelled, or gone' } },
      run: async ({ params, request, reply }) => {
        await operations.end(operations.get(grantOf(request), params.id));
        return reply.code(204).send();
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/operations/:id/receipt',
      operationId: 'getReceipt',
      summary: 'The proof of an archive, file by file',
      access: 'archive',
      input: { params: operationParams },
      answers: { 200: { description: 'The receipt', schema: receiptSchema } },
      run: ({ params, request }) => fetchedOf(operations.get(grantOf(request), params.id)).receipt,
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/operations/:id/content',
      operationId: 'getArchive',
      summary: 'The archive, once it is proven',
      access: 'archive',
      input: { params: operationParams },
      requestHeaders: rangeHeaders,
      answers: bytesAnswers,
      run: ({ params, request, reply }) => {
        const operation = operations.get(grantOf(request), params.id);
        const { name, mediaType, size } = fetchedOf(operation);
        const etag = `"${operation.id}"`;
        const isHead = request.method === 'HEAD';
        const { range, 'if-range': ifRange } = isHead ? {} : request.headers;
        const part = mayResume(typeof ifRange === 'string' ? ifRange : undefined, etag) ? partOf(range, size) : undefined;
        return sendBytes(reply, {
          body: isHead ? undefined : createReadStream(operation.file, part),
          size: part === undefined ? size : part.end - part.start + 1,
          ...(part === undefined ? {} : { part: { offset: part.start, totalSize: size } }),
          name,
          fallbackName: 'archive',
          mediaType,
          etag,
          takesRanges: true,
        });
      },
    }),
  ];
}

/** Throws `not-ready` before the end, and the operation's own error where there is nothing at its end. */
function fetchedOf(operation: ArchiveOperation): FetchedArchive {
  const { fetched, error } = operation;
  if (fetched !== undefined) return fetched;
  if (!operation.isEnded) throw new Refusal('not-ready', `The operation is ${operation.state}.`, { advice: 'Follow its events, or ask again later.', retryAfterMs: 1_000 });
  throw error ?? new FileSourceError('conflict', 'the operation was cancelled', { advice: 'Start the archive again.' });
}

function partOf(header: string | undefined, size: number): { readonly start: number; readonly end: number } | undefined {
  if (header === undefined || !/^\s*bytes\s*=/i.test(header) || header.includes(',')) return undefined;
  const ranges = parseRange(size, header.trim());
  if (ranges === -2) throw new FileSourceError('invalid-argument', 'the header Range is not one range of bytes', { advice: 'Write bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT.' });
  const [first] = typeof ranges === 'number' ? [] : ranges;
  if (first === undefined) throw outside(size);
  return first;
}
