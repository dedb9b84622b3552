import type { Operation } from './operation.ts';
import type { Progress } from './progress.ts';

/** An operation that needs no waiting, for archives that core makes itself. */
export function createFinishedOperation<T>(value: T): Operation<T> {
  const progress: Progress = { status: 'succeeded', percent: 100, processed: null, elapsedMs: 0 };
  return {
    progress,
    token: null,
    async *watch() {
      yield progress;
    },
    result: async () => value,
    cancel: async () => undefined,
  };
}
