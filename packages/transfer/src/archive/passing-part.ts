import type { Hashing } from '@filesource/core';
import { PartFile, type PartFileOptions } from '../local/part-file.ts';

const withoutHash: Hashing = { hmacSha256Base64: () => '', sha256: () => ({ update: () => undefined, hex: () => '' }) };

/** The part of an archive that is unpacked and then thrown away: it needs no proof of its own, and need not outlive a power cut. */
export function passingPart(options: Omit<PartFileOptions, 'hashing' | 'durable' | 'resume'>): PartFile {
  return new PartFile({ ...options, hashing: withoutHash, durable: false });
}
