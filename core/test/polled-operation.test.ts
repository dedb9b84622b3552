import { describe, expect, it } from '@jest/globals';
import { createPolledOperation, FileSourceError, nextPollDelayMs, type Observation, type Progress } from '@filesource/core';
import { createInstantClock, createVirtualClock, settle } from '@filesource/testkit';

type Step = Observation<string> | FileSourceError;

function scripted(steps: readonly Step[]): { poll: () => Promise<Observation<string>>; readonly polls: number } {
  let at = 0;
  return {
    get polls() {
      return at;
    },
    poll: async () => {
      const step = steps[Math.min(at, steps.length - 1)];
      at += 1;
      if (step === undefined) throw new Error('the script is empty');
      if (FileSourceError.is(step)) throw step;
      return step;
    },
  };
}

const noCancel = async (): Promise<void> => undefined;

describe('an operation', () => {
  it('gives its result, and gives it again', async () => {
    const script = scripted([{ status: 'running', percent: 50 }, { status: 'succeeded', result: 'archive' }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock: createInstantClock() });
    expect(await operation.result()).toBe('archive');
    expect(await operation.result()).toBe('archive');
    expect(script.polls).toBe(2);
    expect(operation.progress).toMatchObject({ status: 'succeeded', percent: 100 });
  });

  it('asks the vendor nothing until somebody waits, and from one place however many wait', async () => {
    const clock = createVirtualClock();
    const script = scripted([{ status: 'running' }, { status: 'running' }, { status: 'succeeded', result: 'x' }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock });
    await clock.advance(10_000);
    expect(script.polls).toBe(0);
    const waits = [operation.result(), operation.result(), operation.result()];
    await clock.advance(60_000);
    expect(await Promise.all(waits)).toEqual(['x', 'x', 'x']);
    expect(script.polls).toBe(3);
    expect(clock.sleeping).toBe(0);
  });

  it('asks the vendor nothing more when whoever watched it looks away', async () => {
    const clock = createVirtualClock();
    const script = scripted([{ status: 'running', percent: 1 }, { status: 'running', percent: 2 }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock });
    const seen: (number | null)[] = [];
    const watched = (async () => {
      for await (const { percent } of operation.watch()) if (seen.push(percent) === 2) break;
    })();
    await clock.advance(1_000);
    await watched;
    const polls = script.polls;
    await clock.advance(60_000);
    expect(script.polls).toBe(polls);
    expect(clock.sleeping).toBe(0);
  });

  it('leaves the other waiters alone when one gives up', async () => {
    const clock = createVirtualClock();
    const script = scripted([{ status: 'running' }, { status: 'running' }, { status: 'running' }, { status: 'succeeded', result: 'x' }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock });
    const stop = new AbortController();
    const impatient = operation.result({ signal: stop.signal });
    const patient = operation.result();
    const refused = expect(impatient).rejects.toMatchObject({ kind: 'aborted' });
    await clock.advance(150);
    stop.abort();
    await refused;
    await clock.advance(60_000);
    expect(await patient).toBe('x');
  });

  it('stops asking when the last waiter is gone, and goes on with the next', async () => {
    const clock = createVirtualClock();
    const script = scripted([{ status: 'running' }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock });
    const wait = operation.result({ timeoutMs: 1000 });
    const refused = expect(wait).rejects.toMatchObject({ kind: 'timeout', message: expect.stringContaining('looks') });
    await clock.advance(2000);
    await refused;
    const polls = script.polls;
    await clock.advance(60_000);
    expect(script.polls).toBe(polls);
    const again = expect(operation.result({ timeoutMs: 1000 })).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(2000);
    await again;
    expect(script.polls).toBeGreaterThan(polls);
  });

  it('survives looks that fail for a passing reason, and waits as long as the vendor asks', async () => {
    const clock = createInstantClock();
    const script = scripted([new FileSourceError('rate-limited', 'slow down', { retryAfterMs: 7000 }), new FileSourceError('network', 'gone'), { status: 'succeeded', result: 'x' }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock });
    expect(await operation.result()).toBe('x');
    expect(clock.slept).toContain(7000);
  });

  it('ends as persistent when looks go on failing, and at once for a permanent error', async () => {
    const failing = createPolledOperation({ poll: scripted([new FileSourceError('network', 'gone')]).poll, cancel: noCancel, clock: createInstantClock() });
    await expect(failing.result()).rejects.toMatchObject({ kind: 'network', status: 'persistent' });
    const script = scripted([new FileSourceError('not-found', 'no such file')]);
    const refused = createPolledOperation({ poll: script.poll, cancel: noCancel, clock: createInstantClock() });
    await expect(refused.result()).rejects.toMatchObject({ kind: 'not-found' });
    expect(script.polls).toBe(1);
    expect(refused.progress.status).toBe('failed');
  });

  it('ends as cancelled when a look sees the end before the vendor answers who cancelled it', async () => {
    const clock = createVirtualClock();
    const failed: Step = { status: 'failed', error: new FileSourceError('conflict', 'the operation was cancelled by somebody') };
    const operation = createPolledOperation({ poll: scripted([failed]).poll, cancel: () => clock.sleep(5000), clock });
    const result = expect(operation.result()).rejects.toMatchObject({ kind: 'aborted' });
    const cancelling = operation.cancel();
    await clock.advance(6000);
    await Promise.all([result, cancelling]);
    expect(operation.progress.status).toBe('cancelled');
  });

  it('ends every wait when it is cancelled, and tells the vendor once', async () => {
    const clock = createVirtualClock();
    let cancelled = 0;
    const operation = createPolledOperation({ poll: scripted([{ status: 'running' }]).poll, cancel: async () => void (cancelled += 1), clock });
    const refused = expect(operation.result()).rejects.toMatchObject({ kind: 'aborted' });
    await settle();
    await operation.cancel();
    await operation.cancel();
    await refused;
    expect(cancelled).toBe(1);
    expect(clock.sleeping).toBe(0);
  });

  it('shows progress that never goes back, and the end', async () => {
    const script = scripted([
      { status: 'running', percent: 30, processed: 3 },
      { status: 'running', percent: 10, processed: 1 },
      { status: 'running', percent: 60, processed: 6 },
      { status: 'succeeded', result: 'x' },
    ]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock: createInstantClock() });
    const seen: Progress[] = [];
    for await (const progress of operation.watch()) seen.push(progress);
    const percents = seen.map((progress) => progress.percent ?? 0);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ status: 'succeeded', percent: 100 });
  });

  it('throws its error to those who watch', async () => {
    const operation = createPolledOperation({ poll: scripted([new FileSourceError('permission-denied', 'no')]).poll, cancel: noCancel, clock: createInstantClock() });
    await expect(
      (async () => {
        for await (const progress of operation.watch()) expect(progress.status).not.toBe('succeeded');
      })(),
    ).rejects.toMatchObject({ kind: 'permission-denied' });
  });

  it('is returned from async functions as it is, since it is not a promise', async () => {
    const operation = createPolledOperation({ poll: scripted([{ status: 'running' }]).poll, cancel: noCancel, clock: createInstantClock() });
    expect(await (async () => operation)()).toBe(operation);
  });
});

describe('the poll schedule', () => {
  /** Simulates a job of `totalMs` whose progress is told by `percentAt`, and says how late its end was seen. */
  function simulate(totalMs: number, percentAt: (elapsedMs: number) => number | null): { lateMs: number; requests: number } {
    let elapsedMs = 0;
    let percent: number | null = null;
    let percentSinceMs = 0;
    for (let requests = 1; ; requests += 1) {
      elapsedMs += nextPollDelayMs({ elapsedMs, percent, percentSinceMs });
      if (elapsedMs >= totalMs) return { lateMs: elapsedMs - totalMs, requests };
      const now = percentAt(elapsedMs);
      if (now !== null && (percent === null || now > percent)) {
        percent = now;
        percentSinceMs = elapsedMs;
      }
    }
  }

  const durationsMs = Array.from({ length: 60 }, (_, index) => 200 * 1.115 ** index).filter((ms) => ms <= 120_000);
  const steady = (totalMs: number) => (elapsedMs: number) => Math.floor((elapsedMs / totalMs) * 100);
  const stalling = (totalMs: number) => (elapsedMs: number) => Math.min(90, Math.floor((elapsedMs / (totalMs * (2 / 3))) * 90));

  it.each([
    ['steady', steady],
    ['stalling at 90 %', stalling],
  ] as const)('sees the end of a %s job soon and asks seldom', (_name, shape) => {
    const runs = durationsMs.map((totalMs) => ({ totalMs, ...simulate(totalMs, shape(totalMs)) }));
    const mean = (share: (run: (typeof runs)[number]) => number): number => runs.reduce((sum, run) => sum + share(run), 0) / runs.length;
    expect(mean((run) => run.lateMs / Math.max(150, run.totalMs * 0.01))).toBeLessThan(1);
    expect(mean((run) => run.requests / (12 + run.totalMs / 3000))).toBeLessThan(1);
    for (const run of runs) expect(run.requests).toBeLessThanOrEqual((12 + run.totalMs / 3000) * 1.25);
  });

  /** Of jobs between 0.8 and 1.2 of that length, as `createPolledOperation` looks at them. */
  async function meansAt(totalMs: number, shape: typeof steady): Promise<{ readonly late: number; readonly requests: number }> {
    const jobs = Array.from({ length: 200 }, (_, index) => totalMs * (0.8 + (0.4 * index) / 199));
    let [lateMs, requests] = [0, 0];
    for (const jobMs of jobs) {
      const clock = createInstantClock();
      const startedMs = clock.now();
      const poll = async (): Promise<Observation<number>> => {
        requests += 1;
        const elapsedMs = clock.now() - startedMs;
        return elapsedMs >= jobMs ? { status: 'succeeded', result: elapsedMs } : { status: 'running', percent: shape(jobMs)(elapsedMs) };
      };
      lateMs += (await createPolledOperation({ poll, cancel: noCancel, clock }).result()) - jobMs;
    }
    return { late: lateMs / jobs.length / Math.max(150, totalMs * 0.01), requests: requests / jobs.length / (12 + totalMs / 3000) };
  }

  it.each([
    ['steady', steady],
    ['stalling at 90 %', stalling],
  ] as const)('keeps to both bounds at the lengths that are measured, and within a tenth at every other, for a %s job', async (_name, shape) => {
    const measuredMs = [0.2, 0.5, 1, 2, 5, 10, 30, 60, 120].map((seconds) => seconds * 1000);
    for (const totalMs of [...measuredMs, ...durationsMs]) {
      const { late, requests } = await meansAt(totalMs, shape);
      expect({ totalMs, worst: Math.max(late, requests) <= (measuredMs.includes(totalMs) ? 1 : 1.1) }).toEqual({ totalMs, worst: true });
    }
  });

  it('looks early for the first time, and then leaves a job alone for a while', async () => {
    const clock = createVirtualClock();
    const script = scripted([{ status: 'running' }, { status: 'succeeded', result: 'x' }]);
    const operation = createPolledOperation({ poll: script.poll, cancel: noCancel, clock });
    const result = operation.result();
    await clock.advance(30);
    expect(script.polls).toBe(1);
    await clock.advance(210);
    expect(script.polls).toBe(1);
    await clock.advance(60_000);
    expect(script.polls).toBe(2);
    expect(await result).toBe('x');
  });

  it('does not sleep through the end of a job that starts slowly and then runs', () => {
    for (const totalMs of durationsMs) {
      const { lateMs } = simulate(totalMs, (elapsedMs) => (elapsedMs < totalMs / 2 ? 1 : Math.floor((elapsedMs / totalMs) * 100)));
      expect(lateMs).toBeLessThanOrEqual(Math.max(100, totalMs));
    }
  });

  it('stays between its limits whatever the vendor tells', () => {
    for (const percent of [null, -5, 0, 1, 50, 99, 100, 250]) {
      for (const elapsedMs of [0, 1, 100, 60_000, 86_400_000]) {
        const delay = nextPollDelayMs({ elapsedMs, percent, percentSinceMs: elapsedMs / 2 });
        expect(delay).toBeGreaterThanOrEqual(100);
        expect(delay).toBeLessThanOrEqual(10_000);
      }
    }
  });
});
