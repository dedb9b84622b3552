export { createMemoryAdapter, type MemoryAdapter, type MemoryFile, type MemoryFolder, type MemoryOptions } from './memory-adapter.ts';
export { realClock } from './real-clock.ts';
export { createTestPorts, nodeHashing, type LoggedEvent, type TestPorts } from './test-ports.ts';
export { createInstantClock, createVirtualClock, settle, type VirtualClock } from './virtual-clock.ts';
