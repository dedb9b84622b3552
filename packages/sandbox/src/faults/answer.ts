import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { sendEndless, sendSlowly } from './pacing.ts';

/** How an answer comes to its end on the wire. */
type Ending =
  | { readonly kind: 'whole' }
  /** The connection breaks after the body. */
  | { readonly kind: 'broken' }
  /** Nothing more comes, and the connection stays. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'slow'; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: 'endless' };

/** An answer that the server has made and not sent yet; faults change it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case, without Content-Length. */
  readonly headers: OutgoingHttpHeaders;
  body: Buffer;
  /** What Content-Length says; `undefined` sends chunks. */
  announced: number | undefined;
  ending: Ending;
  /** Closes the connection afterwards, without having said so. */
  closes: boolean;
}

/** Holds back an answer until its end, gives it to `change`, and sends what became of it. */
export function changeAnswer(reply: FastifyReply, change: (answer: Answer) => void): void {
  const { raw } = reply;
  const { writeHead, write, end, flushHeaders } = raw;
  let status: number | undefined;
  let given: OutgoingHttpHeaders = {};
  const chunks: Buffer[] = [];
  const take = (chunk: unknown, ...rest: readonly unknown[]): void => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    const done = [chunk, ...rest].find((value) => typeof value === 'function') as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
  };
  const held = {
    writeHead: (code: number, ...rest: readonly unknown[]) => {
      status = code;
      given = { ...given, ...(rest.find((value) => typeof value === 'object' && value !== null) as OutgoingHttpHeaders | undefined) };
      return raw;
    },
    flushHeaders: () => undefined,
    write: (...args: readonly [unknown, ...unknown[]]) => {
      take(...args);
      return true;
    },
    end: (...args: readonly unknown[]) => {
      take(args[0], ...args.slice(1));
      Object.assign(raw, { writeHead, write, end, flushHeaders });
      // An answer that does not end is none to fastify, which would send another.
      reply.hijack();
      const { 'content-length': length, ...headers } = lowerCased({ ...raw.getHeaders(), ...given });
      for (const name of raw.getHeaderNames()) raw.removeHeader(name);
      const body = Buffer.concat(chunks);
      const answer: Answer = { status: status ?? raw.statusCode, headers, body, announced: length === undefined ? undefined : body.length, ending: { kind: 'whole' }, closes: false };
      change(answer);
      send(raw, answer);
      return raw;
    },
  };
  Object.assign(raw, held);
}

function lowerCased(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function send(raw: ServerResponse, { status, headers, body, announced, ending, closes }: Answer): void {
  if (raw.destroyed || raw.socket === null) return;
  const { socket } = raw;
  if (closes) raw.once('finish', () => setImmediate(() => socket.destroySoon()));
  raw.writeHead(status, { ...headers, ...(announced === undefined ? {} : { 'content-length': String(announced) }) });
  if (ending.kind === 'whole') raw.end(body);
  else if (ending.kind === 'slow') sendSlowly(raw, body, ending);
  else {
    raw.flushHeaders();
    if (body.length > 0) raw.write(body);
    if (ending.kind === 'endless') sendEndless(raw);
    // destroySoon lets what is written go out first; the next turn, because Node corks the first write.
    if (ending.kind === 'broken') setImmediate(() => socket.destroySoon());
  }
}
