import { pseudoRandomBytes } from './pseudo-random-bytes.ts';

/** A file that is recognised as MP4 by its first box; what follows is noise of the given size, not a film. */
export function mp4(seed: number, size: number): Buffer {
  const noise = pseudoRandomBytes(seed, size);
  const type = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1');
  const data = Buffer.alloc(8);
  data.writeUInt32BE(noise.length + 8);
  data.write('mdat', 4, 'latin1');
  return Buffer.concat([type, data, noise]);
}
