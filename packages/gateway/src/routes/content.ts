import type { Content, FileRef, FileSource } from '@filesource/core';
import { grantOf } from '../auth/authenticate.ts';
import { etagOf } from '../content/content-headers.ts';
import { openFile } from '../content/open-file.ts';
import { sendBytes, type Bytes } from '../content/send-bytes.ts';
import { defineRoute, type Answer, type Route } from '../openapi/route.ts';
import { sourceFor, type Parts } from '../parts.ts';
import { fileParams } from './schemas.ts';

export const rangeHeaders = { Range: 'One range of bytes: bytes=0-99, bytes=100- or bytes=-100', 'If-Range': 'The ETag of an earlier answer: with another one there now, all of it is sent' };

const headers = {
  'Content-Disposition': 'attachment, with the name as filename and filename* (RFC 6266)',
  'Accept-Ranges': 'bytes, or none where the source has no ranges',
  ETag: 'Where the vendor has something of the kind',
};

export const bytesAnswers: Readonly<Record<number, Answer>> = {
  200: { description: 'All of it, streamed. A connection that breaks means that it is not all there.', mediaType: '*/*', headers },
  206: { description: 'The range', mediaType: '*/*', headers: { ...headers, 'Content-Range': 'Which bytes of how many' } },
};

export function contentRoutes(parts: Pick<Parts, 'sources'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/sources/:source/folders/:folder/files/:file/content',
      operationId: 'getContent',
      summary: 'The bytes of a file',
      access: 'read',
      input: { params: fileParams },
      requestHeaders: rangeHeaders,
      answers: bytesAnswers,
      run: async ({ params: { source: name, folder, file }, request, reply, signal }) => {
        const source = sourceFor(parts, grantOf(request), name);
        const ref = { folder, file };
        const isHead = request.method === 'HEAD';
        const { range: rangeHeader, 'if-range': ifRange } = isHead ? {} : request.headers;
        const { content, isPart } = await openFile({ source, ref, rangeHeader, ifRange: typeof ifRange === 'string' ? ifRange : undefined, signal });
        if (isHead) content.body.destroy();
        return sendBytes(reply, await bytesOf(source, ref, content, { isHead, isPart, signal }));
      },
    }),
  ];
}

async function bytesOf(source: FileSource, ref: FileRef, content: Content, { isHead, isPart, signal }: { readonly isHead: boolean; readonly isPart: boolean; readonly signal: AbortSignal }): Promise<Bytes> {
  const { body, size, totalSize, offset, mediaType, validator } = content;
  return {
    body: isHead ? undefined : body,
    size,
    ...(isPart && totalSize !== null ? { part: { offset, totalSize } } : {}),
    // The name is worth a call, and no failed download.
    name: content.name ?? (await source.stat(ref, { signal }).then((entry) => entry.name, () => null)),
    fallbackName: `file-${ref.file.replace(/[^\w-]/g, '_')}`,
    mediaType,
    etag: etagOf(validator),
    takesRanges: source.capabilities.openRange.support !== 'unsupported',
  };
}
