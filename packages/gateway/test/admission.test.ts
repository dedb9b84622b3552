import { describe, expect, test } from '@jest/globals';
import { Admission } from '../src/limits/admission.ts';

const never = new AbortController().signal;
const limits = { maxConcurrentRequests: 2, maxConcurrentRequestsPerToken: 1, maxQueuedRequests: 2, maxQueueMs: 100_000 };

describe('admission', () => {
  test('gives places in the order of arrival, and passes by a token that has its share', async () => {
    const admission = new Admission(limits);
    const order: string[] = [];
    const leaveA = await admission.enter('a', never);
    const secondA = admission.enter('a', never).then((leave) => {
      order.push('a');
      return leave;
    });
    const leaveB = await admission.enter('b', never);
    const firstC = admission.enter('c', never).then((leave) => {
      order.push('c');
      return leave;
    });
    expect([admission.inFlight, admission.queued]).toEqual([2, 2]);
    await expect(admission.enter('d', never)).rejects.toMatchObject({ kind: 'overloaded', facts: { retryAfterMs: 1000 } });
    leaveB();
    (await firstC)();
    leaveA();
    (await secondA)();
    expect(order).toEqual(['c', 'a']);
    expect([admission.inFlight, admission.queued]).toEqual([0, 0]);
  });

  test('a place is given back once, however often', async () => {
    const admission = new Admission(limits);
    const leave = await admission.enter('a', never);
    await admission.enter('b', never);
    leave();
    leave();
    expect(admission.inFlight).toBe(1);
  });

  test('who goes away or waits too long leaves the queue', async () => {
    const admission = new Admission({ ...limits, maxQueueMs: 20 });
    await admission.enter('a', never);
    const gone = new AbortController();
    const waiting = admission.enter('a', gone.signal);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    await expect(admission.enter('a', never)).rejects.toMatchObject({ kind: 'overloaded' });
    expect(admission.queued).toBe(0);
  });
});
