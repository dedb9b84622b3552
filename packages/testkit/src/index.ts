export { conformanceAreas } from './conformance/all-cases.ts';
export { chooseCases, type Choice, type ChosenArea, type ConformanceArea, type ConformanceCase, type Wanted, type When } from './conformance/conformance-case.ts';
export { expectationOf, type ControlName, type Controls, type ExpectedCapabilities, type Harness, type MaybePromise, type Need, type SourceSettings, type Times } from './conformance/harness.ts';
export { runConformanceCase, type Place, type Stage } from './conformance/stage.ts';
export { hostileNames, patternBytes, plantStandardWorld, type StandardWorld, type StandardWorldOptions } from './conformance/standard-world.ts';
export type { KnownFile, KnownFolder, OptionalPlace, OptionalWorld, PlainFile, World } from './conformance/world.ts';
export { createMemoryAdapter, type MemoryAdapter, type MemoryFile, type MemoryFolder, type MemoryOptions } from './memory-adapter.ts';
export { realClock } from './real-clock.ts';
export { createTestPorts, nodeHashing, type LoggedEvent, type TestPorts } from './test-ports.ts';
export { createInstantClock, createVirtualClock, settle, type VirtualClock } from './virtual-clock.ts';
// `describeFileSource` is in `@filesource/testkit/jest`: it can be imported inside of jest only.
