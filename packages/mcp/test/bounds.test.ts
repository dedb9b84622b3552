import { describe, expect, test } from '@jest/globals';
import { createVirtualClock } from '@filesource/testkit';
import { BoundedStore } from '../src/bounded-store.ts';
import { clip, dataText } from '../src/data-text.ts';
import { limits } from '../src/limits.ts';
import { bounded, summarise } from '../src/downloads/receipt-summary.ts';
import { progressReporter } from '../src/progress.ts';
import { readEntries, type ListPosition } from '../src/tools/list-folder.ts';
import { memoryStore } from './support/memory-store.ts';

describe('what is bounded', () => {
  test('a store of handles forgets the one that was used longest ago, and each after its time', async () => {
    const clock = createVirtualClock();
    const store = new BoundedStore<number>({ clock, prefix: 'h_', most: 2, lifetimeMs: 1_000, what: 'handle', advice: 'Begin anew.' });
    const [first, second] = [store.put(1), store.put(2)];
    expect(store.get(first)).toBe(1);
    store.put(3);
    expect(() => store.get(second)).toThrow('does not know this handle');
    await clock.advance(1_001);
    expect(() => store.get(first)).toThrow('does not know this handle');
    expect(store.size).toBe(0);
  });

  test('a listing with names without end is cut by size, and goes on without losing an entry', async () => {
    const files = Array.from({ length: 500 }, (_, index) => ({ id: `${'i'.repeat(900)}${index}`, name: 'n'.repeat(5_000), bytes: Buffer.alloc(0) }));
    const { source } = memoryStore({ folders: [{ id: '1', files }], pageSize: 70 });
    const seen: string[] = [];
    let position: ListPosition | undefined = { folder: 'memory:1', pageSize: 100, skip: 0 };
    while (position !== undefined) {
      const part: Awaited<ReturnType<typeof readEntries>> = await readEntries(source, position, 500, new AbortController().signal);
      expect(JSON.stringify(part.entries).length).toBeLessThan(limits.mostAnswerChars + 10_000);
      seen.push(...part.entries.map(({ id }) => id));
      position = part.next;
    }
    expect(seen).toEqual(files.map(({ id }) => id));
  });

  test('a receipt keeps what is missing before what is there', () => {
    const row = (index: number, status: 'ok' | 'missing') => ({ ref: `memory:1/${index}`, name: 'n'.repeat(9_000), path: null, size: 1, sha256: null, status });
    const files = Array.from({ length: 1_000 }, (_, index) => row(index, index >= 990 ? 'missing' : 'ok'));
    const receipt = { version: 1, complete: false, operation: 'archive', started: '', finished: '', files, totals: { files: 1_000, ok: 990, failed: 0, missing: 10, bytes: 990 } } as const;
    const summary = summarise(receipt);
    expect([summary.files.length, summary.files_left_out]).toEqual([200, 800]);
    const few = bounded(summary, 12);
    expect(few.files.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 'missing'), 'ok', 'ok']);
    expect([few.files_left_out, JSON.stringify(few).length < 20_000]).toEqual([988, true]);
  });

  test('a name is cut between characters', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('ab🏠', 3)).toBe('ab…');
  });

  test('JSON hides nothing, and parses to the same', () => {
    const value = { 'na\u202Eme': '\u200Bzero\u2028 \u{E0041}tag \u0085 ü 🏠' };
    expect(JSON.parse(dataText(value))).toEqual(value);
    expect(dataText(value)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(dataText(value)).toContain('ü 🏠');
  });

  test('progress only grows, and comes now and then', async () => {
    const clock = createVirtualClock();
    const told: number[] = [];
    const report = progressReporter({ _meta: { progressToken: 1 }, sendNotification: async ({ params }) => void told.push(params.progress) }, clock);
    for (const percent of [0, 0, 10, 20]) report?.(percent, '');
    await clock.advance(300);
    for (const percent of [15, 30, 5, 100, 100]) report?.(percent, '');
    expect(told).toEqual([0, 15, 100]);
    expect(progressReporter({ sendNotification: async () => undefined }, clock)).toBeUndefined();
  });
});
