import { emulateArchive } from '../archive/emulated-archive.ts';
import { emulated, unsupported } from '../capability.ts';
import type { ErrorContext } from '../errors/error-context.ts';
import { createFinishedOperation } from '../operation/finished-operation.ts';
import { overlay, type Layer } from './layer.ts';

/**
 * Gives every source archives: where the vendor makes none, a ZIP is made here while it is read.
 * - Right: `gate > emulate-archive > delivery > retry`; each file in the ZIP arrives whole.
 * - Wrong: `retry > emulate-archive`, `limit > emulate-archive` (an archive would hold a place that its own files need).
 */
export function emulateArchiveLayer(context: ErrorContext): Layer {
  return {
    name: 'emulate-archive',
    wrap(inner) {
      const { capabilities } = inner;
      if (capabilities.archive.support !== 'unsupported' || capabilities.open.support === 'unsupported') return inner;
      return overlay(inner, {
        capabilities: { ...capabilities, archive: emulated('one call for each file; the ZIP is made while it is read and cannot be continued'), archiveCancel: emulated('the stream is destroyed'), archiveAttach: unsupported('the archive is made here while it is read, and ends with the process') },
        archive: async (selection, options) => createFinishedOperation(await emulateArchive(inner, selection, { context, ...options })),
      });
    },
  };
}
