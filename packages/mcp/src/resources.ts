import { ResourceTemplate, type McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { FileSourceError, formatRef, type FileSource } from '@filesource/core';
import { dataText } from './data-text.ts';
import { endWhenCancelled } from './end-when-cancelled.ts';
import { limits } from './limits.ts';
import type { McpHost } from './mcp-host.ts';
import { decodeText } from './text/decode-text.ts';
import { readWindow } from './text/read-window.ts';
import { typeOf } from './text/read-text.ts';
import { charsetOf, textTypeOf } from './text/text-type.ts';
import { sourceFacts } from './tools/list-sources.ts';
import { untrusted } from './tools/tool.ts';
import { resourceError } from './tool-error.ts';

const fileUri = 'filesource://{source}/{folder}/{file}';

/** Sources as resources that are listed, files by the template; both read only. */
export function registerResources(server: McpServer, host: McpHost): void {
  const { sources, running } = host;
  for (const source of sources.all()) {
    const uri = `filesource://${source.name}`;
    const describe = { title: source.name, description: 'A source: its provider and what it can do.', mimeType: 'application/json' };
    server.registerResource(`source ${source.name}`, uri, describe, () => ({ contents: [{ uri, mimeType: 'application/json', text: dataText(sourceFacts(source)) }] }));
  }
  const complete = { source: (begun: string) => sources.names.filter((name) => name.startsWith(begun)) };
  const template = new ResourceTemplate(fileUri, { list: undefined, complete });
  const describe = { title: 'A file of a source', description: `The bytes of a file up to ${limits.mostResourceBytes}; ids percent-encoded. ${untrusted}` };
  server.registerResource('file', template, describe, (uri, { source, folder, file }, extra) =>
    running.hold(async () => {
      endWhenCancelled(server, extra);
      try {
        const ref = { folder: idOf(folder), file: idOf(file) };
        return await readFile(uri.toString(), sources.get(idOf(source)), ref, extra.signal);
      } catch (error) {
        throw resourceError(error);
      }
    }),
  );
}

async function readFile(uri: string, source: FileSource, ref: { readonly folder: string; readonly file: string }, signal: AbortSignal): Promise<ReadResourceResult> {
  const most = limits.mostResourceBytes;
  const { openInMemory, stat } = source.capabilities;
  const tooLarge = (size: number | null): FileSourceError =>
    new FileSourceError('too-large', `${size === null ? 'more than' : `${size} bytes are more than the`} ${most} bytes that a resource may have`, {
      ref: formatRef(source.name, ref),
      advice: 'Read a text in parts with read_text; a server that may write can fetch the file with fetch_file.',
    });
  const entry = openInMemory && stat.support !== 'unsupported' ? await source.stat(ref, { signal }) : undefined;
  if (entry?.kind === 'file' && entry.size !== null && entry.size > most) throw tooLarge(entry.size);
  const content = await source.open(ref, { signal });
  if (content.size !== null && content.size > most) {
    content.body.destroy();
    throw tooLarge(content.size);
  }
  const { bytes, isEnd } = await readWindow(content.body, most);
  if (!isEnd) throw tooLarge(null);
  const mediaType = typeOf(content);
  const declared = charsetOf(mediaType);
  const text = textTypeOf(mediaType) === 'binary' ? undefined : decodeText(bytes, { isStart: true, isEnd: true, ...(declared === undefined ? {} : { declared }) })?.text;
  const facts = { uri, ...(mediaType === null ? {} : { mimeType: mediaType }) };
  return { contents: [text === undefined ? { ...facts, blob: bytes.toString('base64') } : { ...facts, text }] };
}

function idOf(value: string | readonly string[] | undefined): string {
  if (typeof value !== 'string') throw new FileSourceError('invalid-argument', 'this is no address of a file', { advice: `Write ${fileUri}, with the ids percent-encoded.` });
  try {
    return decodeURIComponent(value);
  } catch {
    throw new FileSourceError('invalid-argument', 'this is no address of a file: a percent sign starts an encoded character', { advice: `Write ${fileUri}, with the ids percent-encoded.` });
  }
}
