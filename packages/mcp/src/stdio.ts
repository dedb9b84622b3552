import type { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { FileSourceMcp } from './file-source-mcp.ts';
import { limits } from './limits.ts';

export interface StdioOptions {
  readonly stdin: Readable;
  /** Gets the protocol and nothing else. */
  readonly stdout: Writable;
  readonly signal: AbortSignal;
  /** Gets what a person should know about; never anything secret. */
  readonly tell?: (text: string) => void;
}

/**
 * Serves one client over two streams.
 * - Resolves when the client closes its side, or the signal fires; calls that are being answered get some seconds to end in the first case.
 */
export async function serveStdio(mcp: FileSourceMcp, { stdin, stdout, signal, tell }: StdioOptions): Promise<void> {
  const server = mcp.createServer();
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: limits.stdioMessageBytes });
  const ended = new AbortController();
  const end = (): void => ended.abort();
  stdout.once('error', end);
  stdout.once('close', end);
  signal.addEventListener('abort', end, { once: true });
  const closed = new Promise<void>((resolve) => {
    ended.signal.addEventListener('abort', () => resolve(), { once: true });
    for (const event of ['end', 'close', 'error']) stdin.once(event, resolve);
    Object.assign(server.server, { onclose: resolve });
  });
  // Only the name: the message repeats what could not be parsed.
  Object.assign(server.server, { onerror: (error: Error) => tell?.(`a message could not be handled (${error.name})`) });
  try {
    await server.connect(transport);
    if (signal.aborted) end();
    await closed;
    if (!ended.signal.aborted) await atMost(answered(mcp), limits.drainMs, ended.signal);
  } finally {
    signal.removeEventListener('abort', end);
    await server.close();
  }
}

/** A message that has just come begins to be answered in the next turn, and an answer that is there is written in the one after it. */
async function answered(mcp: FileSourceMcp): Promise<void> {
  await turn();
  await mcp.settled();
  await turn();
}

async function atMost(work: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  let stop = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(), { once: true });
    stop = () => clearTimeout(timer);
  });
  await Promise.race([work, over]);
  stop();
}
