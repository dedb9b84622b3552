import type { Readable } from 'node:stream';
import { createFileSource, createLimiter, type FileSource, type FileSourceOptions, type SourceAdapter } from '@filesource/core';
import { createTestPorts } from '@filesource/testkit';

export async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function sourceOf(adapter: SourceAdapter, options: Partial<Omit<FileSourceOptions, 'name' | 'provider' | 'adapter'>> = {}): FileSource {
  return createFileSource({
    name: 'memory',
    provider: 'memory',
    adapter,
    ports: createTestPorts(),
    limiter: createLimiter(adapter.capabilities.limits.maxConcurrency),
    ...options,
    retry: { baseDelayMs: 1, ...options.retry },
  });
}
