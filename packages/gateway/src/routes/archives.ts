import { FileSourceError, parseOperationToken, resolveRef } from '@filesource/core';
import type { FastifyReply } from 'fastify';
import { grantOf } from '../auth/authenticate.ts';
import { defineRoute, type Answer, type Route } from '../openapi/route.ts';
import type { ArchiveOperation } from '../operations/archive-operation.ts';
import { sourceFor, type Parts } from '../parts.ts';
import { archiveRequestSchema, attachRequestSchema, isPlainId, operationSchema, sourceParams } from './schemas.ts';

const accepted: Readonly<Record<number, Answer>> = { 202: { description: 'The operation, as it stands now', schema: operationSchema, headers: { Location: 'Where the operation is' } } };

export function archiveRoutes(parts: Pick<Parts, 'sources' | 'operations'>): readonly Route[] {
  const { operations } = parts;
  const answer = async (reply: FastifyReply, operation: ArchiveOperation, signal: AbortSignal): Promise<FastifyReply> => {
    // Nobody would ever learn where it is.
    if (signal.aborted) await operations.drop(operation);
    return reply.code(202).header('location', `/v1/operations/${operation.id}`).send(operation.toJson());
  };
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/sources/:source/archives',
      operationId: 'startArchive',
      summary: 'Files and folders in one archive',
      description: 'The archive is fetched and proven before it can be had; its receipt says file by file what is in it.',
      access: 'archive',
      input: { params: sourceParams, body: archiveRequestSchema },
      answers: accepted,
      run: async ({ params, body, request, reply, signal }) => {
        const grant = grantOf(request);
        const source = sourceFor(parts, grant, params.source);
        for (const ref of body.refs) checkRef(source.name, ref);
        return answer(reply, await operations.start(grant, source, body.refs, body.convert), signal);
      },
    }),
    defineRoute({
      method: 'POST',
      url: '/v1/operations',
      operationId: 'attachOperation',
      summary: 'Go on with an archive that was started elsewhere',
      access: 'archive',
      input: { body: attachRequestSchema },
      answers: accepted,
      run: async ({ body, request, reply, signal }) => {
        const grant = grantOf(request);
        const source = sourceFor(parts, grant, parseOperationToken(body.token).source);
        return answer(reply, await operations.attach(grant, source, body.token), signal);
      },
    }),
  ];
}

/** What the ids of an address are checked for, for the ids in a body. */
function checkRef(source: string, text: string): void {
  const { folder, file } = resolveRef(source, text);
  if (isPlainId(folder) && (file === undefined || isPlainId(file))) return;
  throw new FileSourceError('invalid-argument', `${JSON.stringify(text)} is not a ref: it leads somewhere else`, { advice: 'Write folder or folder/file, with the ids as a listing gives them.' });
}
