import { createFileSource, type FileSource } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, type MemoryAdapter, type MemoryOptions } from '@filesource/testkit';
import type { SourceStore } from '@filesource/mcp';

/** One source in memory, named `memory`, as the sources of a server. */
export function memoryStore(options: MemoryOptions): { readonly store: SourceStore; readonly source: FileSource; readonly adapter: MemoryAdapter } {
  const adapter = createMemoryAdapter(options);
  const source = createFileSource({ name: 'memory', provider: 'memory', adapter, ports: createTestPorts(), limiter: (run) => run() });
  return { store: { names: ['memory'], get: () => source }, source, adapter };
}
