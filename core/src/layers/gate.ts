import type { Capabilities, CapabilityName } from '../capability.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { promised } from '../promised.ts';
import { throwIfAborted } from '../errors/to-file-source-error.ts';
import type { ByteRange } from '../content.ts';
import { extended } from '../extended.ts';
import { attachTo, overlay, type Layer } from './layer.ts';

/**
 * Refuses what cannot work before any request is sent: an unsupported call, a range that is none, an archive of nothing.
 * - Right: `gate > emulate-archive`: it judges by the capabilities of the adapter as the layers inside raised them.
 * - Wrong: `retry > gate`, `limit > gate` (what cannot work would wait for its turn to be refused).
 */
export function gateLayer(): Layer {
  return {
    name: 'gate',
    wrap(inner) {
      const { capabilities } = inner;
      return overlay(inner, {
        listPage: async (folder, options) => {
          need(capabilities, 'list');
          throwIfAborted(options.signal);
          if (options.pageSize !== undefined && !(Number.isInteger(options.pageSize) && options.pageSize > 0)) {
            throw new FileSourceError('invalid-argument', `a page size is a whole number above 0, not ${options.pageSize}`);
          }
          if (options.cursor !== undefined && typeof options.cursor !== 'string') {
            throw new FileSourceError('invalid-argument', 'a cursor is a text', { advice: 'Pass on the cursor of a page as it is, or leave it out to start anew.' });
          }
          if (options.readAhead !== undefined && typeof options.readAhead !== 'boolean') {
            throw new FileSourceError('invalid-argument', '`readAhead` is true or false');
          }
          const pageSize = Math.min(options.pageSize ?? capabilities.limits.maxPageSize, capabilities.limits.maxPageSize);
          return inner.listPage(folder, extended(options, { pageSize }));
        },
        stat: (ref, options) =>
          promised(() => {
            need(capabilities, 'stat');
            throwIfAborted(options.signal);
            return inner.stat(ref, options);
          }),
        open: (file, options) =>
          promised(() => {
            need(capabilities, 'open');
            throwIfAborted(options.signal);
            if (options.range !== undefined) {
              checkRange(options.range);
              need(capabilities, 'openRange');
            }
            if (options.concurrency !== undefined && !(Number.isInteger(options.concurrency) && options.concurrency > 0)) {
              throw new FileSourceError('invalid-argument', `a concurrency is a whole number above 0, not ${options.concurrency}`);
            }
            return inner.open(file, options);
          }),
        link: async (ref, options) => {
          need(capabilities, ref.file === undefined ? 'linkFolder' : 'linkFile');
          throwIfAborted(options.signal);
          if (options.language !== undefined && !/^[A-Za-z]{3}$/.test(options.language)) {
            throw new FileSourceError('invalid-argument', `${JSON.stringify(options.language)} is not a language`, { advice: 'Use three letters of ISO 639, such as DEU or ENG.' });
          }
          return inner.link(ref, options);
        },
        archive: async (selection, options) => {
          need(capabilities, 'archive');
          if (selection.convert.size > 0) need(capabilities, 'archiveConvert');
          throwIfAborted(options.signal);
          if (selection.files.length === 0 && selection.folders.length === 0) {
            throw new FileSourceError('invalid-argument', 'an archive needs at least one file or folder');
          }
          const files = new Set(selection.files.map((file) => file.file));
          for (const id of selection.convert.keys()) {
            if (!files.has(id)) throw new FileSourceError('invalid-argument', `the file ${JSON.stringify(id)} is to be converted but is not among the files of the archive`);
          }
          return inner.archive(selection, options);
        },
        attach: async (handle, options) => {
          need(capabilities, 'archiveAttach');
          throwIfAborted(options.signal);
          return attachTo(inner, handle, options);
        },
      });
    },
  };
}

/** Throws `unsupported` for what the capabilities say cannot be done. */
export function need(capabilities: Capabilities, name: CapabilityName): void {
  const support = capabilities[name];
  if (support.support === 'unsupported') throw new FileSourceError('unsupported', `${name} is not supported: ${support.reason}`, { advice: 'Ask capabilities before the call.' });
}

function checkRange(range: ByteRange): void {
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (range === null || !whole(range.offset) || (range.length !== undefined && !whole(range.length))) {
    throw new FileSourceError('invalid-argument', 'a range is an offset and a length in whole bytes, from 0', { advice: 'Leave it out for the whole file.' });
  }
}
