import type { CallOptions } from '../source-adapter.ts';
import { untilAborted } from '../time/until-aborted.ts';
import type { Operation, WaitOptions } from './operation.ts';

export interface OperationMapping<T, R> {
  /** One that takes its time is waited for under the signal of each caller; a failed one is tried again by the next. */
  readonly result: (value: T) => R | Promise<R>;
  /** The token of the mapped operation; default: the same. Not asked where there is none. */
  readonly token?: (token: string) => string | null;
  /** What is thrown in place of an error; default: the error itself. */
  readonly error?: (error: unknown) => unknown;
  /** Looks at the options of each wait, and may refuse them. */
  readonly options?: <Options extends CallOptions>(options: Options) => Options;
}

/** The same operation with another result; the result is mapped once, however often it is asked for. */
export function mapOperation<T, R>(operation: Operation<T>, mapping: OperationMapping<T, R>): Operation<R> {
  const given = mapping.options ?? (<Options>(options: Options): Options => options);
  const mapError = mapping.error ?? ((error: unknown) => error);
  let mapped: Promise<R> | undefined;
  const guarded = async <V>(run: () => Promise<V>): Promise<V> => {
    try {
      return await run();
    } catch (error) {
      throw mapError(error);
    }
  };
  return {
    get progress() {
      return operation.progress;
    },
    get token() {
      const { token } = operation;
      return token === null || mapping.token === undefined ? token : mapping.token(token);
    },
    async *watch(options: WaitOptions = {}) {
      try {
        yield* operation.watch(given(options));
      } catch (error) {
        throw mapError(error);
      }
    },
    result: (options = {}) =>
      guarded(async () => {
        const value = await operation.result(given(options));
        mapped ??= Promise.resolve(mapping.result(value)).catch((error: unknown) => {
          mapped = undefined;
          throw error;
        });
        return untilAborted(mapped, options.signal);
      }),
    cancel: (options = {}) => guarded(() => operation.cancel(given(options))),
  };
}
