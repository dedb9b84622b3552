import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { KeptBody } from '../src/ranges/kept-body.ts';
import { receive, type Receiver } from '../src/receive.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const file = Buffer.from(Array.from({ length: 6 * MiB }, (_, index) => (index * 31 + (index >> 8)) % 251));

interface Slow {
  readonly body: Readable;
  /** How far it was read by its reader and the stream's own buffer. */
  readonly given: () => number;
}

function bodyOf(bytes: Buffer, chunkBytes: number, breaksAt = Number.POSITIVE_INFINITY): Slow {
  let at = 0;
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    for (; at < bytes.length; at += chunkBytes) {
      await nextTurn();
      if (at >= breaksAt) throw new Error('reset');
      yield Buffer.from(bytes.subarray(at, at + chunkBytes));
    }
  }
  return { body: Readable.from(chunks(), { objectMode: false }), given: () => at };
}

interface Taking extends Receiver {
  readonly taken: Buffer[];
}

function receiver(start = 0): Taking {
  const taken: Buffer[] = [];
  return {
    taken,
    take: (chunk) => void taken.push(Buffer.from(chunk)),
    get bytes() {
      return taken.reduce((sum, { length }) => sum + length, start);
    },
  };
}

async function turns(count = 300): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

test('a body that stays open gives each byte once, wherever it was left', async () => {
  const small = file.subarray(0, 5000);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.array(fc.integer({ min: 1, max: 5200 }), { maxLength: 6 }), async (chunkBytes, ends) => {
      const { body } = bodyOf(small, chunkBytes);
      const part = receiver();
      for (const end of ends.sort((a, b) => a - b)) await receive(body, part, { until: () => end, keepsOpen: end < small.length });
      if (!body.destroyed) await receive(body, part);
      expect(Buffer.concat(part.taken).equals(small)).toBe(true);
      expect(body.destroyed).toBe(true);
    }),
  );
});

describe('a body that is kept', () => {
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: () => new Promise<void>(() => undefined) };

  async function keptAt(start: number, slow: Slow): Promise<KeptBody> {
    nowMs = 0;
    await receive(slow.body, receiver(), { until: () => start, keepsOpen: true });
    return new KeptBody(slow.body, start, clock, {});
  }

  it('goes on where the bytes that came otherwise end', async () => {
    const slow = bodyOf(file, 100 * KiB);
    const kept = await keptAt(250 * KiB, slow);
    const part = receiver(3 * MiB);
    await kept.goOn(part, {});
    expect(Buffer.concat(part.taken).equals(file.subarray(3 * MiB))).toBe(true);
  });

  it('is read a little now and then, never beyond what came otherwise', async () => {
    const slow = bodyOf(file, 100 * KiB);
    const kept = await keptAt(100 * KiB, slow);
    const readAfter = async (ms: number, before: number): Promise<number> => {
      nowMs += ms;
      kept.look(before);
      kept.look(before);
      await turns();
      return slow.given();
    };
    const first = await readAfter(4999, 5 * MiB);
    expect(first).toBeLessThan(500 * KiB);
    expect(await readAfter(1, MiB)).toBe(first);
    const second = await readAfter(0, 5 * MiB);
    expect(second - first).toBeGreaterThan(800 * KiB);
    expect(second - first).toBeLessThan(1300 * KiB);
    expect(await readAfter(4999, 5 * MiB)).toBe(second);
    expect(await readAfter(1, 5 * MiB)).toBeGreaterThan(second);
    const part = receiver(5 * MiB);
    await kept.goOn(part, {});
    expect(Buffer.concat(part.taken).equals(file.subarray(5 * MiB))).toBe(true);
  });

  it('fails where it broke meanwhile, and ends nothing before it is needed', async () => {
    const slow = bodyOf(file, 100 * KiB, 600 * KiB);
    const kept = await keptAt(100 * KiB, slow);
    nowMs = 5000;
    kept.look(4 * MiB);
    await turns();
    await expect(kept.goOn(receiver(4 * MiB), {})).rejects.toThrow();
  });

  it('is closed when nobody needs it', async () => {
    const slow = bodyOf(file, 100 * KiB);
    const kept = await keptAt(100 * KiB, slow);
    kept.close();
    expect(slow.body.destroyed).toBe(true);
  });
});
