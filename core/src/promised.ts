/**
 * Runs what may throw before it has a promise, so that callers know one way of failing.
 * - For functions that pass a promise on: an `async` one makes two more promises of it, and takes three more turns, which every layer would add to every call.
 */
export function promised<T>(run: () => Promise<T>): Promise<T> {
  try {
    return run();
  } catch (error) {
    return Promise.reject<T>(error);
  }
}
