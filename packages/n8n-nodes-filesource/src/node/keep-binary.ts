import { FileSourceError, safeSegment, type Content } from '@filesource/core';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { digestStream, type Digest } from './digest-stream.ts';

export interface BodyToKeep {
  readonly body: Content['body'];
  /** As the vendor writes it. */
  readonly name: string;
  readonly mediaType: string;
  /** Bytes that must come, where they are known. */
  readonly size: number | null;
}

/** Hands a body to n8n as a stream. Throws `truncated` when n8n took another number of bytes than was announced. */
export async function keepBinary(context: IExecuteFunctions, { body, name, mediaType, size }: BodyToKeep): Promise<Digest & { readonly binary: IBinaryData }> {
  const counted = digestStream(body);
  try {
    const binary = await context.helpers.prepareBinaryData(counted.body, safeSegment(name), mediaType);
    const digest = counted.digest();
    if (size === null || digest.bytes === size) return { ...digest, binary };
    throw new FileSourceError('truncated', `${digest.bytes} of ${size} bytes came`);
  } finally {
    counted.body.destroy();
  }
}
