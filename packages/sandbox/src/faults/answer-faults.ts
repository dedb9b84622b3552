import { setTimeout as sleep } from 'node:timers/promises';
import { defineFault } from './fault-kind.ts';
import { choice, wholeNumber } from './settings.ts';

/** Answers that stand in the place of the one that was hoped for. */
export const answerFaults = {
  status: defineFault<{ code: number }>({
    does: 'answers with an error status and a page, as a proxy does',
    on: ['any'],
    settings: { code: wholeNumber('the status', { min: 400, max: 599, byDefault: 503 }) },
    before: ({ reply }, { code }) => answered(reply.code(code).type('text/html; charset=utf-8').send(page(`${code}`))),
  }),
  'rate-limit': defineFault<{ retry: number; as: 'seconds' | 'date' | 'none' }>({
    does: 'answers 429 and says how long to wait',
    on: ['any'],
    settings: {
      retry: wholeNumber('how many seconds', { min: 0, max: 86_400, byDefault: 1 }),
      as: choice('how Retry-After says it', ['seconds', 'date', 'none']),
    },
    before: ({ reply, dialect }, { retry, as }) => {
      if (as === 'seconds') reply.header('retry-after', String(retry));
      if (as === 'date') reply.header('retry-after', new Date(dialect.now() + retry * 1000).toUTCString());
      return answered(reply.code(429).send(''));
    },
  }),
  html: defineFault({
    does: 'answers 200 with an HTML page in place of what was asked for',
    on: ['content', 'archive'],
    settings: {},
    before: ({ reply }) => answered(reply.code(200).type('text/html; charset=utf-8').send(page('Anmeldung'))),
  }),
  'half-json': defineFault({
    does: 'sends the first half of the JSON, and Content-Length agrees',
    on: ['api'],
    settings: {},
    after: (answer) => {
      if (!String(answer.headers['content-type']).includes('json')) return;
      answer.body = answer.body.subarray(0, answer.body.length / 2);
      if (answer.announced !== undefined) answer.announced = answer.body.length;
    },
  }),
  redirect: defineFault<{ to: 'other' | 'plain' }>({
    does: 'redirects: to a host of another name (localhost for 127.0.0.1, which would answer), or to plain HTTP on this one',
    on: ['content', 'archive'],
    settings: { to: choice('where', ['other', 'plain']) },
    before: ({ request, reply }, { to }) => {
      const host = request.headers.host ?? '127.0.0.1';
      const target = to === 'plain' ? `http://${host}` : `${request.protocol}://${otherName(host)}`;
      return answered(reply.code(302).header('location', `${target}${request.url}`).send(''));
    },
  }),
  'hang-up': defineFault({
    does: 'closes the connection without an answer',
    on: ['any'],
    settings: {},
    before: ({ request, reply }) => {
      reply.hijack();
      request.raw.socket.destroy();
      return 'answered';
    },
  }),
  close: defineFault({
    does: 'answers, and then closes the connection that the caller would use again',
    on: ['any'],
    settings: {},
    after: (answer) => {
      answer.closes = true;
    },
  }),
  delay: defineFault<{ ms: number }>({
    does: 'waits before it answers',
    on: ['any'],
    settings: { ms: wholeNumber('milliseconds', { min: 0, max: 3_600_000, byDefault: 1000 }) },
    before: (_exchange, { ms }) => sleep(ms, undefined, { ref: false }),
  }),
};

function answered(_reply: unknown): 'answered' {
  return 'answered';
}

function page(title: string): string {
  return `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
}

function otherName(host: string): string {
  const [name = '', port] = host.split(':');
  const other = { '127.0.0.1': 'localhost', localhost: '127.0.0.1' }[name] ?? 'other.invalid';
  return port === undefined ? other : `${other}:${port}`;
}
