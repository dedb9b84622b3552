import type { Readable } from 'node:stream';
import type { BlockPool } from './block-pool.ts';

const homes = new WeakMap<Uint8Array, BlockPool>();
const handing = new WeakSet<Readable>();

/**
 * Says that the chunks of a body are seen by whoever reads it and by nobody else: neither its maker nor a stream on the way keeps them.
 * - A stream that passes the chunks of another one on may say so where {@link handsOver} says it of that one.
 */
export function willHandOver(body: Readable): void {
  handing.add(body);
}

/** Whether whoever reads a body now will be the only one to see its chunks; to be asked before listening to it. */
export function handsOver(body: Readable): boolean {
  return handing.has(body) && body.listenerCount('data') === 0 && body.listenerCount('readable') === 0;
}

/** Says that a chunk is the only view of its block. */
export function handOver(chunk: Uint8Array, home: BlockPool): void {
  homes.set(chunk, home);
}

/**
 * Where the block of a chunk goes when its bytes are used; `undefined` for a chunk that is not the only view of its memory.
 * - Its memory may be moved to another thread, and must come back there or be forgotten; that of a chunk from a body that does not
 *   {@link handsOver hand over} must not be touched.
 */
export function homeOf(chunk: Uint8Array): BlockPool | undefined {
  return homes.get(chunk);
}
