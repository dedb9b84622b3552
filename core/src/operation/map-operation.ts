import type { Operation, WaitOptions } from './operation.ts';

export interface OperationMapping<T, R> {
  readonly result: (value: T) => R;
  /** What is thrown in place of an error; default: the error itself. */
  readonly error?: (error: unknown) => unknown;
}

/** The same operation with another result; the result is mapped once, however often it is asked for. */
export function mapOperation<T, R>(operation: Operation<T>, mapping: OperationMapping<T, R>): Operation<R> {
  const mapError = mapping.error ?? ((error: unknown) => error);
  let mapped: { readonly value: R } | undefined;
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
    async *watch(options?: WaitOptions) {
      try {
        yield* operation.watch(options);
      } catch (error) {
        throw mapError(error);
      }
    },
    result: (options) =>
      guarded(async () => {
        const value = await operation.result(options);
        mapped ??= { value: mapping.result(value) };
        return mapped.value;
      }),
    cancel: (options) => guarded(() => operation.cancel(options)),
  };
}
