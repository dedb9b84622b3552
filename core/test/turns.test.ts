import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Opening, Turns, withTimeout } from '@filesource/core';
import { createVirtualClock, settle } from '@filesource/testkit';

/** Work that says when it starts, and lasts until it is ended. */
function work(): { readonly run: () => Promise<void>; readonly hasStarted: () => boolean; readonly end: () => void; readonly fail: (error: Error) => void } {
  let hasStarted = false;
  const { promise, resolve, reject } = withResolvers();
  const run = (): Promise<void> => {
    hasStarted = true;
    return promise;
  };
  return { run, hasStarted: () => hasStarted, end: resolve, fail: reject };
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void; readonly reject: (error: Error) => void } {
  let [resolve, reject]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<void>((onValue, onError) => ([resolve, reject] = [onValue, onError]));
  return { promise, resolve, reject };
}

describe('turns', () => {
  it('start what there is room for at once, and the others in their order, however those before them end', async () => {
    const turns = new Turns(2);
    const works = Array.from({ length: 5 }, work);
    const [first, second, third, fourth, fifth] = works;
    const all = Promise.allSettled(works.map(({ run }) => turns.run(undefined, run)));
    expect(works.map(({ hasStarted }) => hasStarted())).toEqual([true, true, false, false, false]);
    second?.fail(new Error('no'));
    await settle();
    expect(works.map(({ hasStarted }) => hasStarted())).toEqual([true, true, true, false, false]);
    first?.end();
    third?.end();
    await settle();
    expect(works.every(({ hasStarted }) => hasStarted())).toBe(true);
    fourth?.end();
    fifth?.end();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('come back from work that throws before it has a promise', async () => {
    const turns = new Turns(1);
    const broken = (): Promise<never> => {
      throw new Error('at once');
    };
    await expect(turns.run(undefined, broken)).rejects.toThrow('at once');
    expect(await turns.run(undefined, async () => 1)).toBe(1);
  });

  it('are not waited for by who gives up, and not taken; nothing listens to the signal afterwards', async () => {
    const turns = new Turns(1);
    const [first, second, third] = [work(), work(), work()];
    const running = turns.run(undefined, first.run);
    const stop = new AbortController();
    const waiting = turns.run(stop.signal, second.run);
    const next = turns.run(undefined, third.run);
    stop.abort(new Error('gone'));
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    first.end();
    await running;
    await settle();
    expect([second.hasStarted(), third.hasStarted()]).toEqual([false, true]);
    third.end();
    await next;
    await expect(turns.run(stop.signal, async () => 1)).resolves.toBe(1);
  });

  it('leave nothing at the signal of who got one', async () => {
    const turns = new Turns(1);
    const first = work();
    const running = turns.run(undefined, first.run);
    const { signal } = new AbortController();
    const waiting = turns.run(signal, async () => 2);
    first.end();
    expect([await running, await waiting]).toEqual([undefined, 2]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('are waited for beside the time-out of the attempt, which then has all of its time', async () => {
    const clock = createVirtualClock();
    const turns = new Turns(1);
    const slow = (): Promise<unknown> => withTimeout(clock, 1000, undefined, (signal) => turns.run(signal, () => clock.sleep(800)));
    const tooSlow = (): Promise<unknown> => withTimeout(clock, 1000, undefined, (signal) => turns.run(signal, () => clock.sleep(1200)));
    const ends = Promise.allSettled([slow(), slow(), slow(), tooSlow()]);
    for (let steps = 0; steps < 40; steps += 1) {
      await clock.advance(100);
      await settle();
    }
    expect((await ends).map((end) => (end.status === 'fulfilled' ? 'done' : (end.reason as { kind: string }).kind))).toEqual(['done', 'done', 'done', 'timeout']);
  });

  it('never run more at once than they are, and all in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.record({ ticks: fc.integer({ min: 0, max: 5 }), fails: fc.boolean(), givesUpAfter: fc.option(fc.integer({ min: 0, max: 8 })) }), { maxLength: 20 }), async (count, jobs) => {
        const turns = new Turns(count);
        let [running, most] = [0, 0];
        const ends = jobs.map(({ ticks, fails, givesUpAfter }) => {
          const stop = new AbortController();
          if (givesUpAfter !== null) void ticked(givesUpAfter).then(() => stop.abort());
          return turns.run(stop.signal, async () => {
            running += 1;
            most = Math.max(most, running);
            await ticked(ticks);
            running -= 1;
            if (fails) throw new Error('failed');
          });
        });
        const results = await Promise.allSettled(ends);
        expect(most).toBeLessThanOrEqual(count);
        const undisturbed = results.filter((_result, index) => jobs[index]?.givesUpAfter === null);
        expect(undisturbed.map(({ status }) => status)).toEqual(jobs.filter(({ givesUpAfter }) => givesUpAfter === null).map(({ fails }) => (fails ? 'rejected' : 'fulfilled')));
        // All turns are there again.
        const again = Array.from({ length: count }, work);
        const last = again.map(({ run }) => turns.run(undefined, run));
        expect(again.every(({ hasStarted }) => hasStarted())).toBe(true);
        for (const { end } of again) end();
        await Promise.all(last);
      }),
    );
  });
});

async function ticked(ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
}

describe('opening', () => {
  /** How many of those run at once that ask with each number; `undefined` for those that say nothing. */
  const startedOf = (asked: readonly (number | undefined)[]): number => {
    const opening = new Opening({ maxOpening: 2, maxConcurrency: 5 });
    const works = asked.map(() => work());
    for (const [index, { run }] of works.entries()) {
      const concurrency = asked[index];
      void opening.run(concurrency === undefined ? {} : { concurrency }, run);
    }
    return works.filter(({ hasStarted }) => hasStarted()).length;
  };

  it.each([
    ['as many as the adapter says for those who say nothing', [undefined, undefined, undefined, undefined], 2],
    ['as many as the callers say', [4, 4, 4, 4, 4, 4], 4],
    ['no more than the adapter allows', Array.from({ length: 9 }, () => 1000), 5],
    ['those who say another number beside each other', [1, 1, 3, 3, 3, 3, undefined, undefined, undefined], 6],
  ] as const)('lets %s', (_name, asked, started) => {
    expect(startedOf(asked)).toBe(started);
  });
});
