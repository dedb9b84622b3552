import { describe, expect, test } from '@jest/globals';
import { FileSourceError, withTimeout } from '@filesource/core';
import { createVirtualClock, settle } from '@filesource/testkit';
import { Batcher, type BatcherOptions, type Outcome } from '../src/batch.ts';

interface Sent {
  readonly jobs: readonly string[];
  readonly signal: AbortSignal;
  answer(): void;
  fail(error: FileSourceError): void;
}

/** A batcher whose requests are answered by hand, in virtual time. */
function batcherByHand(options: Partial<BatcherOptions<string, string>> = {}) {
  const clock = createVirtualClock();
  const sent: Sent[] = [];
  const batcher = new Batcher<string, string>({
    clock,
    maxJobs: 8,
    maxRequests: 4,
    isSeparable: () => false,
    ...options,
    send: (jobs, signal) =>
      new Promise<readonly Outcome<string>[]>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        sent.push({ jobs, signal, answer: () => resolve(jobs.map((job) => ({ status: 'done', value: `${job}!` }))), fail: reject });
      }),
  });
  const call = (...jobs: readonly string[]): Promise<string>[] => jobs.map((job) => batcher.call(job, undefined));
  const jobsSent = (): string[] => sent.map(({ jobs }) => jobs.join(''));
  return { clock, batcher, sent, call, jobsSent };
}

describe('a request that stalls', () => {
  test('is asked for once more in smaller ones, two at once, and the first answers count', async () => {
    const { clock, sent, call, jobsSent } = batcherByHand();
    const all = Promise.all(call('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'));
    await clock.advance(9_999);
    expect(jobsSent()).toEqual(['abcdefgh']);
    await clock.advance(1);
    expect(jobsSent()).toEqual(['abcdefgh', 'ab', 'cd']);
    sent[1]?.answer();
    sent[2]?.answer();
    await settle();
    expect(jobsSent()).toEqual(['abcdefgh', 'ab', 'cd', 'ef', 'gh']);
    expect(sent[0]?.signal.aborted).toBe(false);
    sent[3]?.answer();
    sent[4]?.answer();
    await expect(all).resolves.toEqual(['a!', 'b!', 'c!', 'd!', 'e!', 'f!', 'g!', 'h!']);
    expect(sent[0]?.signal.aborted).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  test('may still be the first to answer, which ends the others', async () => {
    const { clock, sent, call, jobsSent } = batcherByHand();
    const all = Promise.all(call('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'));
    await clock.advance(10_000);
    sent[0]?.answer();
    await expect(all).resolves.toHaveLength(8);
    await settle();
    expect(jobsSent()).toEqual(['abcdefgh', 'ab', 'cd']);
    expect(sent.slice(1).map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  test('is told by four times the median of late, and never before 3 seconds', async () => {
    const { clock, sent, call } = batcherByHand();
    const take = async (ms: number): Promise<void> => {
      const [done] = call('x');
      await clock.advance(ms);
      sent.at(-1)?.answer();
      await done;
    };
    for (const ms of [2000, 7000, 2000]) await take(ms);
    const [slow] = call('y');
    await clock.advance(7999);
    expect(sent).toHaveLength(4);
    await clock.advance(1);
    expect(sent).toHaveLength(5);
    sent[4]?.answer();
    await slow;
    for (let time = 0; time < 15; time += 1) await take(10);
    const before = sent.length;
    const [quick] = call('z');
    await clock.advance(2999);
    expect(sent).toHaveLength(before + 1);
    await clock.advance(1);
    expect(sent).toHaveLength(before + 2);
    sent.at(-1)?.answer();
    await quick;
  });

  test('is asked for no third time', async () => {
    const { clock, sent, call } = batcherByHand();
    const [answer] = call('a');
    await clock.advance(600_000);
    expect(sent).toHaveLength(2);
    sent[1]?.answer();
    await expect(answer).resolves.toBe('a!');
  });

  test('fails when both have failed, and not before', async () => {
    const { clock, sent, call } = batcherByHand();
    const [answer] = call('a');
    let hasEnded = false;
    const ended = answer?.catch((error: unknown) => error).finally(() => (hasEnded = true));
    await clock.advance(10_000);
    sent[0]?.fail(new FileSourceError('network', 'the first'));
    await settle();
    expect(hasEnded).toBe(false);
    sent[1]?.fail(new FileSourceError('network', 'the second'));
    expect(await ended).toMatchObject({ kind: 'network', message: 'the second' });
  });

  test('that fails leaves the answer to the second one', async () => {
    const { clock, sent, call } = batcherByHand();
    const [answer] = call('a');
    await clock.advance(10_000);
    sent[0]?.fail(new FileSourceError('network', 'broken'));
    await settle();
    sent[1]?.answer();
    await expect(answer).resolves.toBe('a!');
  });

  test('is not told by time that callers wait for the vendor\'s rate or for a place', async () => {
    const { clock, batcher, sent, call } = batcherByHand({ maxRequests: 1, maxJobs: 1 });
    const [first] = call('a');
    const timed = withTimeout(clock, 5000, undefined, (signal) => batcher.call('b', signal));
    await clock.advance(9000);
    sent[0]?.answer();
    await first;
    await clock.advance(4000);
    expect(sent.map(({ jobs }) => jobs.join(''))).toEqual(['a', 'b']);
    sent[1]?.answer();
    await expect(timed).resolves.toBe('b!');
  });

  test('does not keep others from being asked', async () => {
    const { clock, sent, call, jobsSent } = batcherByHand({ lingerMs: 10 });
    const stalled = call('a');
    await settle();
    const later = Promise.all(call('b', 'c'));
    await settle();
    expect(jobsSent()).toEqual(['a']);
    await clock.advance(10);
    expect(jobsSent()).toEqual(['a', 'bc']);
    sent[1]?.answer();
    await expect(later).resolves.toEqual(['b!', 'c!']);
    sent[0]?.answer();
    await Promise.all(stalled);
  });
});

describe('jobs', () => {
  test('that come while all requests are taken share the next one', async () => {
    const { sent, call, jobsSent } = batcherByHand({ maxRequests: 1 });
    const all: Promise<string>[] = [];
    for (const job of ['a', 'b', 'c', 'd']) {
      all.push(...call(job));
      await settle();
    }
    expect(jobsSent()).toEqual(['a']);
    sent[0]?.answer();
    await settle();
    expect(jobsSent()).toEqual(['a', 'bcd']);
    sent[1]?.answer();
    await expect(Promise.all(all)).resolves.toEqual(['a!', 'b!', 'c!', 'd!']);
  });

  test('that weigh as much as several requests are worth are spread over those that are free, and wait for no others', async () => {
    const { sent, call, jobsSent } = batcherByHand({ maxRequests: 3, maxWeight: 8, worthWeight: 4, weightOf: Number, lingerMs: 10 });
    const all = [...call('2', '2', '2', '2', '2', '2', '2')];
    await settle();
    expect(jobsSent()).toEqual(['222', '22', '22']);
    all.push(...call('2', '2', '2'));
    await settle();
    sent[0]?.answer();
    await settle();
    expect(jobsSent().slice(3)).toEqual(['222']);
    for (const request of sent.slice(1)) request.answer();
    await expect(Promise.all(all)).resolves.toHaveLength(10);
  });

  test('that are worth no request of their own are not spread', async () => {
    const { sent, call, jobsSent } = batcherByHand({ maxRequests: 3, maxWeight: 8, worthWeight: 4, weightOf: Number });
    const all = Promise.all(call('2', '2', '3'));
    await settle();
    expect(jobsSent()).toEqual(['223']);
    for (const request of sent) request.answer();
    await all;
  });

  test('share a request up to its weight, and one that is heavier goes by itself', async () => {
    const { sent, call, jobsSent } = batcherByHand({ maxWeight: 5, weightOf: Number });
    const all = Promise.all(call('2', '3', '1', '9', '4', '1', '1'));
    await settle();
    expect(jobsSent()).toEqual(['23', '1', '9', '41']);
    for (const request of sent) request.answer();
    await settle();
    sent[4]?.answer();
    await all;
    expect(jobsSent().slice(4)).toEqual(['1']);
  });
});
