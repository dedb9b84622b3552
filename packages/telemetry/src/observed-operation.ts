import type { Operation, Progress, WaitOptions } from '@filesource/core';
import { Recording, type TelemetryOptions } from './recording.ts';

/** The same operation; whoever waits for it has a span with the progress as events. An operation itself may outlive any process. */
export function observeOperation<T>(operation: Operation<T>, options: TelemetryOptions): Operation<T> {
  const start = (): Recording | undefined => (operation.progress.status === 'running' ? Recording.start('archive-wait', options) : undefined);
  return {
    get progress() {
      return operation.progress;
    },
    get token() {
      return operation.token;
    },
    watch: (wait) => {
      const recording = start();
      return recording === undefined ? operation.watch(wait) : watched(operation.watch(wait), recording);
    },
    result: (wait) => {
      const recording = start();
      return recording === undefined ? operation.result(wait) : resultOf(operation, wait, recording);
    },
    cancel: (cancelOptions) => operation.cancel(cancelOptions),
  };
}

async function* watched(changes: AsyncIterable<Progress>, recording: Recording): AsyncGenerator<Progress, void, undefined> {
  let failure: unknown;
  try {
    for await (const progress of changes) {
      recording.progress(progress);
      yield progress;
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    recording.end(failure);
  }
}

async function resultOf<T>(operation: Operation<T>, wait: WaitOptions | undefined, recording: Recording): Promise<T> {
  const done = new AbortController();
  let last: Progress | undefined;
  const note = async (): Promise<void> => {
    for await (const progress of operation.watch({ signal: done.signal })) {
      if (done.signal.aborted) return;
      recording.progress((last = progress));
    }
  };
  // What went wrong is told by the result.
  note().catch(() => undefined);
  const end = (failure?: unknown): void => {
    done.abort();
    if (last?.status !== operation.progress.status) recording.progress(operation.progress);
    recording.end(failure);
  };
  try {
    const result = await recording.within(() => operation.result(wait));
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}
