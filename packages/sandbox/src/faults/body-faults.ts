import type { Answer } from './answer.ts';
import { defineFault, type Target } from './fault-kind.ts';
import { position, wholeNumber } from './settings.ts';

const bodies: readonly Target[] = ['content', 'archive'];

/** What goes wrong with the bytes of an answer on their way. */
export const bodyFaults = {
  cut: defineFault<{ at: number | null }>({
    does: 'breaks the connection after some bytes; Content-Length announces all of them',
    on: bodies,
    settings: { at: position('how many bytes come') },
    after: (answer, { at }) => {
      answer.body = answer.body.subarray(0, placeIn(answer, at));
      answer.ending = { kind: 'broken' };
    },
  }),
  shorten: defineFault<{ at: number | null }>({
    does: 'sends only some bytes, and Content-Length agrees',
    on: bodies,
    settings: { at: position('how many bytes come') },
    after: (answer, { at }) => {
      answer.body = answer.body.subarray(0, placeIn(answer, at));
      if (answer.announced !== undefined) answer.announced = answer.body.length;
    },
  }),
  stall: defineFault<{ at: number | null }>({
    does: 'falls silent after some bytes and keeps the connection',
    on: bodies,
    settings: { at: position('how many bytes come') },
    after: (answer, { at }) => {
      answer.body = answer.body.subarray(0, placeIn(answer, at));
      answer.ending = { kind: 'silence' };
    },
  }),
  trickle: defineFault<{ bytes: number; every: number }>({
    does: 'sends a few bytes at a time',
    on: bodies,
    settings: {
      bytes: wholeNumber('how many at a time', { min: 1, max: 1_000_000_000, byDefault: 100 }),
      every: wholeNumber('milliseconds between', { min: 1, max: 3_600_000, byDefault: 100 }),
    },
    after: (answer, { bytes, every }) => {
      answer.ending = { kind: 'slow', bytes, everyMs: every };
    },
  }),
  flip: defineFault<{ at: number | null }>({
    does: 'turns over one bit of one byte',
    on: bodies,
    settings: { at: position('which byte, counted from 0') },
    after: (answer, { at }) => {
      if (answer.body.length === 0) return;
      const place = Math.min(placeIn(answer, at), answer.body.length - 1);
      answer.body = Buffer.from(answer.body);
      answer.body[place] = (answer.body[place] ?? 0) ^ 0x10;
    },
  }),
  length: defineFault<{ by: number }>({
    does: 'lies in Content-Length: announces more bytes than come, or fewer',
    on: bodies,
    settings: { by: wholeNumber('how many more; below 0: fewer', { min: -1_000_000_000, max: 1_000_000_000, byDefault: 100 }) },
    after: (answer, { by }) => {
      answer.announced = Math.max(0, answer.body.length + by);
    },
  }),
  endless: defineFault({
    does: 'sends bytes without end after those of the answer',
    on: bodies,
    settings: {},
    after: (answer) => {
      answer.announced = undefined;
      answer.ending = { kind: 'endless' };
    },
  }),
};

function placeIn({ body }: Answer, at: number | null): number {
  return at ?? Math.floor(body.length / 2);
}
