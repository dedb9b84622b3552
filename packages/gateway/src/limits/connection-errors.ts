import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Redactor } from '@filesource/core';
import { problemOf } from '../problem/problem.ts';
import { Refusal } from '../problem/refusal.ts';
import { problemMediaType } from '../problem/send-problem.ts';

const reasons: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new Refusal('request-timeout', 'The request was not there in time.'),
  HPE_HEADER_OVERFLOW: new Refusal('head-too-large', 'The URL and the headers are larger than maxHeaderBytes allows.'),
};

/** Answers what never became a request (too slow, too large, not HTTP) as a problem, and closes the connection. */
export function answerConnectionError(error: { readonly code?: string }, socket: Socket, redactor: Redactor): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const notHttp = Object.assign(new Error('not HTTP'), { statusCode: 400 });
  const { problem } = problemOf(reasons[error.code ?? ''] ?? notHttp, randomUUID(), redactor);
  const body = JSON.stringify(problem.status === 400 ? { ...problem, detail: 'This is not HTTP/1.1.', advice: null } : problem);
  const head = [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`, `content-type: ${problemMediaType}`, `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
