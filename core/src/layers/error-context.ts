import type { Archive } from '../archive/archive.ts';
import { inContext, type ErrorContext } from '../errors/error-context.ts';
import { mapOperation } from '../operation/map-operation.ts';
import { aroundCalls, attachTo, overlay, overlayArchive, type Layer } from './layer.ts';

/**
 * Tells in every error where it happened, and removes credentials and signed links from it.
 * - Right: outside of everything that can fail; `observers` alone stand around it, and see no error that did not pass it.
 * - Wrong: any layer around it that records, changes or throws errors before they were redacted.
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
          mapOperation(await located.archive(selection, options), { result: (archive) => withLocatedListing(archive, locate), error: locate }),
        ...(located.attach === undefined
          ? {}
          : { attach: async (handle, options) => mapOperation(await attachTo(located, handle, options), { result: (archive) => archive, error: locate }) }),
      });
    },
  };
}

function withLocatedListing(archive: Archive, locate: (error: unknown) => Error): Archive {
  if (archive.itemsListed === undefined) return archive;
  const itemsListed = archive.itemsListed.catch((error: unknown) => {
    throw locate(error);
  });
  // Whoever needs the items is told.
  itemsListed.catch(() => undefined);
  return overlayArchive(archive, { itemsListed });
}
