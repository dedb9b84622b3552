import { FileSourceError, parseOperationToken, type FileSource, type OperationToken } from '@filesource/core';
import type { KnownDownload } from '../downloads/downloads.ts';
import type { McpHost, WriteAccess } from '../mcp-host.ts';
import { reservePlaces, type WantedPlaces } from './places.ts';

export interface WantedDownload extends Omit<WantedPlaces, 'to'> {
  /** A handle of this server, or the token of an operation. */
  readonly operation: string;
  readonly to?: string | undefined;
}

/**
 * The download that a client means.
 * - One that this server does not know is attached to, by its token, and fetched to `to`.
 * - One that failed, and was told to have failed, is tried again.
 */
export async function findDownload(host: McpHost, writing: WriteAccess, wanted: WantedDownload): Promise<KnownDownload> {
  const { operation, to } = wanted;
  const found = writing.downloads.find(operation);
  if (found === undefined) return attach(host, writing, wanted);
  const { request, status, wasTold } = found.download;
  if (to !== undefined && to !== request.place.shown) {
    throw new FileSourceError('invalid-argument', `this download goes to ${JSON.stringify(request.place.shown)}`, { advice: 'Leave to out.' });
  }
  return status === 'failed' && wasTold ? tryAgain(writing, found) : found;
}

/** The source of a token; throws `invalid-argument` for what is no token, and for one of a source that this server does not have. */
export function operationOf({ sources }: McpHost, text: string): { readonly source: FileSource; readonly token: OperationToken } {
  if (text.startsWith('download_')) {
    throw new FileSourceError('invalid-argument', 'this server does not know this download, or knows it no more', { advice: 'Follow it by the operation that start_archive gave, or start it again.' });
  }
  const token = parseOperationToken(text);
  return { source: sources.get(token.source), token };
}

async function attach(host: McpHost, { directory, downloads }: WriteAccess, { operation, to, ...wanted }: WantedDownload): Promise<KnownDownload> {
  const { source, token } = operationOf(host, operation);
  if (to === undefined) {
    throw new FileSourceError('invalid-argument', 'this server has not started that download', { advice: 'Name to, the place inside the allowed directory that it goes to.' });
  }
  const places = await reservePlaces(directory, { to, ...wanted });
  const convert = Object.fromEntries(token.handle.selection.convert);
  const { extract, overwrite } = wanted;
  return downloads.start({ source, begin: (signal) => source.attach(operation, { signal }), attachedBy: operation, convert, extract, overwrite, ...places });
}

/** By the operation that is held, where there was one. */
async function tryAgain({ directory, downloads }: WriteAccess, { handle, download }: KnownDownload): Promise<KnownDownload> {
  const { request, operation } = download;
  const { extract, overwrite, place, receiptPlace } = request;
  const places = await reservePlaces(directory, { to: place.shown, extract, overwrite, receipt: receiptPlace?.shown });
  return downloads.start({ ...request, ...places, begin: operation === undefined ? request.begin : async () => operation }, handle);
}
