import { finished, type Readable } from 'node:stream';
import { FileSourceError, throwIfAborted } from '@filesource/core';
import type { PartFile } from './local/part-file.ts';

export interface ReceiveOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/** Writes a body into a part; the body is closed in every case. */
export async function receive(body: Readable, part: PartFile, options: ReceiveOptions = {}): Promise<void> {
  const { signal, onBytes } = options;
  const onAbort = (): void => {
    body.destroy(signal?.reason instanceof Error ? signal.reason : new FileSourceError('aborted', 'the call was aborted'));
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  // An error between two reads has a listener, whatever the reader is doing.
  const stopListening = finished(body, () => undefined);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await part.write(chunk);
      onBytes?.(chunk.length);
    }
    throwIfAborted(signal);
  } finally {
    stopListening();
    signal?.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/**
 * Compares what came with what the vendor announced, in a listing and with the bytes.
 * - Fewer bytes are `truncated`; more, or another size for the whole file, are `conflict`: it was changed on the way.
 */
export function checkSize(received: number, sizes: { readonly listed: number | null; readonly announced: number | null }): void {
  const { listed, announced } = sizes;
  if (announced !== null && received < announced) throw new FileSourceError('truncated', `only ${received} of ${announced} bytes came`, { status: 'persistent' });
  if (announced !== null && received > announced) throw new FileSourceError('corrupt', `${received} bytes came, ${announced} were announced`);
  if (listed === null || received === listed) return;
  if (received < listed) throw new FileSourceError('truncated', `${received} bytes came, the vendor lists ${listed}`, { status: 'persistent', advice: 'Pull it again; when it stays so, the file is damaged at the vendor.' });
  throw new FileSourceError('conflict', `${received} bytes came, the vendor lists ${listed}: the file was changed`, { advice: 'Pull it again.' });
}
