import { inContext, type ErrorContext } from '../errors/error-context.ts';
import type { Archive } from '../archive/archive.ts';
import type { Operation } from '../operation/operation.ts';
import { aroundCalls, overlay, type Layer } from './layer.ts';

/**
 * Tells in every error where it happened, and removes credentials and signed links from it.
 * - Outermost, so that no error of another layer passes by it.
 */
export function errorContextLayer(context: ErrorContext): Layer {
  return {
    name: 'error-context',
    wrap(inner) {
      const located = aroundCalls(inner, async (call, run) => {
        try {
          return await run(call.signal);
        } catch (error) {
          throw inContext(error, context, call.name, call.ref);
        }
      });
      return overlay(located, {
        archive: async (selection, options) => operationInContext(await located.archive(selection, options), context),
      });
    },
  };
}

function operationInContext(operation: Operation<Archive>, context: ErrorContext): Operation<Archive> {
  const located = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw inContext(error, context, 'archive', undefined);
    }
  };
  return {
    get progress() {
      return operation.progress;
    },
    async *watch(options) {
      try {
        yield* operation.watch(options);
      } catch (error) {
        throw inContext(error, context, 'archive', undefined);
      }
    },
    result: (options) => located(async () => archiveInContext(await operation.result(options), located)),
    cancel: (options) => located(() => operation.cancel(options)),
  };
}

function archiveInContext(archive: Archive, located: <T>(run: () => Promise<T>) => Promise<T>): Archive {
  return {
    name: archive.name,
    get items() {
      return archive.items;
    },
    warning: archive.warning,
    link: archive.link,
    open: (options) => located(() => archive.open(options)),
  };
}
