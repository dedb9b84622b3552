import { Transform } from 'node:stream';
import { emulated } from '../capability.ts';
import type { ByteRange, Content, OpenOptions } from '../content.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import type { FileRef } from '../ref.ts';
import { pipeTogether } from '../streams/pipe-together.ts';
import { overlay, type Layer } from './layer.ts';

/**
 * Gives every source ranges: where the vendor has none, or ignores the one it was asked for, the rest is skipped here.
 * - Right: `delivery > emulate-range > retry`; broken bodies are continued by range.
 * - Wrong: `emulate-range > delivery` (the size that was announced is that of the whole file).
 */
export function emulateRangeLayer(): Layer {
  return {
    name: 'emulate-range',
    wrap(inner) {
      const { capabilities } = inner;
      const isNative = capabilities.openRange.support === 'native';
      const raise = capabilities.openRange.support === 'unsupported' && capabilities.open.support !== 'unsupported';
      const openRange = async (file: FileRef, options: OpenOptions): Promise<Content> => {
        const { range, ...whole } = options;
        const content = await inner.open(file, isNative ? options : whole);
        return range === undefined ? content : cutToRange(content, range);
      };
      return overlay(inner, {
        capabilities: raise ? { ...capabilities, openRange: emulated('the bytes before the range are fetched and thrown away') } : capabilities,
        open: (file, options) => (options.range === undefined ? inner.open(file, options) : openRange(file, options)),
      });
    },
  };
}

/**
 * The part of `content` that was asked for, out of that part or of the whole file.
 * - Throws `vendor-protocol` for any other part: who mislabels a part sends bytes that nobody can place.
 */
export function cutToRange(content: Content, range: ByteRange): Content {
  const { totalSize } = content;
  const start = range.offset;
  const isWhole = content.offset === 0 && (content.size === null || totalSize === null || content.size === totalSize);
  const isOther = content.offset !== start && !isWhole;
  if ((totalSize !== null && start > totalSize) || isOther) {
    content.body.destroy();
    throw isOther
      ? new FileSourceError('vendor-protocol', `asked for bytes from ${start}, the vendor sent them from ${content.offset}`)
      : new FileSourceError('range-not-satisfiable', `the range starts at ${start}, the file has ${totalSize} bytes`);
  }
  const available = totalSize === null ? null : totalSize - start;
  const wanted = range.length === undefined ? available : available === null ? range.length : Math.min(range.length, available);
  const skip = start - content.offset;
  const isExact = skip === 0 && (range.length === undefined || (content.size !== null && wanted !== null && content.size <= wanted));
  // Whoever sends a range in several parts is asked for the next one where this one ends.
  const isBegun = isExact && totalSize !== null && content.size !== null && wanted !== null && content.size < wanted;
  if (isExact) return isBegun ? { ...content, size: wanted } : content;
  const cut = new CutTransform(skip, wanted ?? Number.POSITIVE_INFINITY);
  return { ...content, body: pipeTogether(content.body, cut), ...(skip === 0 ? {} : { skippedBytes: skip }), offset: start, size: totalSize === null && range.length !== undefined ? null : wanted };
}

/** Drops the first `skip` bytes, passes `take`, and then ends without reading on. */
class CutTransform extends Transform {
  #skip: number;
  #take: number;

  constructor(skip: number, take: number) {
    super();
    this.#skip = skip;
    this.#take = take;
    if (take === 0) this.push(null);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#take === 0) {
      done();
      return;
    }
    const kept = chunk.subarray(Math.min(this.#skip, chunk.length)).subarray(0, this.#take);
    this.#skip -= Math.min(this.#skip, chunk.length);
    this.#take -= kept.length;
    if (kept.length > 0) this.push(kept);
    if (this.#take === 0) this.push(null);
    done();
  }
}
