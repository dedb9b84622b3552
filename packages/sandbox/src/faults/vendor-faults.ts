import { defineFault } from './fault-kind.ts';
import { wholeNumber } from './settings.ts';

/** Where the vendor itself does another thing than it was asked for. */
export const vendorFaults = {
  'ignore-range': defineFault({
    does: 'answers 200 with the whole where a range was asked for',
    on: ['content', 'archive'],
    settings: {},
    fits: ({ request }) => request.headers.range !== undefined,
    before: ({ request }) => {
      delete request.raw.headers.range;
    },
  }),
  'content-range': defineFault<{ shift: number; total: number }>({
    does: 'says in Content-Range that other bytes come than do',
    on: ['content', 'archive'],
    settings: {
      shift: wholeNumber('how many bytes further on', { min: -1_000_000_000, max: 1_000_000_000, byDefault: 1 }),
      total: wholeNumber('how many bytes more the whole has', { min: -1_000_000_000, max: 1_000_000_000, byDefault: 0 }),
    },
    fits: ({ request }) => request.headers.range !== undefined,
    after: (answer, { shift, total }) => {
      const [, first, last, whole] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(String(answer.headers['content-range'])) ?? [];
      if (first === undefined) return;
      answer.headers['content-range'] = `bytes ${Math.max(0, Number(first) + shift)}-${Math.max(0, Number(last) + shift)}/${Number(whole) + total}`;
    },
  }),
  'repeat-page': defineFault({
    does: 'sends the page before once more',
    on: ['list'],
    settings: {},
    fits: ({ request, dialect }) => dialect.pageOf(request)?.isFirst === false,
    before: ({ request, dialect }) => dialect.pageOf(request)?.turn(-1),
  }),
  'drop-page': defineFault({
    does: 'sends the page after the one that was asked for',
    on: ['list'],
    settings: {},
    fits: ({ request, dialect }) => dialect.pageOf(request) !== undefined,
    before: ({ request, dialect }) => dialect.pageOf(request)?.turn(1),
  }),
  'drop-result': defineFault({
    does: 'leaves the last result out of an answer that holds several: of a batch of actions, of a list of operations',
    on: ['api'],
    settings: {},
    after: (answer, _settings, { dialect }) => {
      const left = dialect.withoutResult(parse(answer.body));
      if (left === undefined) return;
      answer.body = Buffer.from(JSON.stringify(left));
      if (answer.announced !== undefined) answer.announced = answer.body.length;
    },
  }),
  'expire-token': defineFault({
    does: 'makes every session token worthless just before the request (ONLYOFFICE; onOffice and API keys have none)',
    on: ['api'],
    settings: {},
    fits: ({ dialect }) => dialect.expireTokens !== undefined,
    before: ({ dialect }) => dialect.expireTokens?.(),
  }),
  'expire-link': defineFault({
    does: 'answers that the link has run out (links of onOffice, and of a store that ONLYOFFICE redirects to)',
    on: ['content', 'archive'],
    settings: {},
    fits: ({ request, dialect }) => dialect.linkOf(request) !== undefined,
    before: ({ request, reply, dialect }) => (dialect.linkOf(request)?.expire(reply) === undefined ? undefined : 'answered'),
  }),
  restart: defineFault({
    does: 'restarts the server: operations vanish, connections break, tokens and links stay good',
    on: ['api'],
    settings: {},
    before: ({ reply, dialect }) => {
      reply.hijack();
      dialect.forgetOperations();
      dialect.breakConnections();
      return 'answered';
    },
  }),
};

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
