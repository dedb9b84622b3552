import { inContext, type ErrorContext } from '../errors/error-context.ts';
import type { Archive } from '../archive/archive.ts';
import { mapOperation } from '../operation/map-operation.ts';
import { aroundCalls, overlay, type Layer } from './layer.ts';

/**
 * Tells in every error where it happened, and removes credentials and signed links from it.
 * - Outermost, so that no error of another layer passes by it.
 */
export function errorContextLayer(context: ErrorContext): Layer {
  const locate = (error: unknown): Error => inContext(error, context, 'archive', undefined);
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
        archive: async (selection, options) =>
          mapOperation(await located.archive(selection, options), { result: (archive) => locateArchive(archive, locate), error: locate }),
      });
    },
  };
}

function locateArchive(archive: Archive, locate: (error: unknown) => Error): Archive {
  return {
    name: archive.name,
    get items() {
      return archive.items;
    },
    warning: archive.warning,
    link: archive.link,
    open: async (options) => {
      try {
        return await archive.open(options);
      } catch (error) {
        throw locate(error);
      }
    },
  };
}
