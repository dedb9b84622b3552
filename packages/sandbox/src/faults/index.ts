export { addFaults } from './add-faults.ts';
export type { FaultName, FaultOccasion, SandboxFault } from './catalogue.ts';
export { Connections } from './connections.ts';
export { faultHelp, faultTables } from './describe-faults.ts';
export type { FaultDialect, Target } from './fault-kind.ts';
export { FaultPlan, type Strike } from './fault-plan.ts';
export type { Occasion } from './occasion.ts';
export { parseFault } from './parse-fault.ts';
export { seededRandom } from './seeded-random.ts';
