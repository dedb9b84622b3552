// Also an entry of its own: whoever only describes or parses faults need not load the servers.
export { faultHelp, faultTables, FaultPlan, parseFault, seededRandom, type FaultName, type FaultOccasion, type Occasion, type SandboxFault, type Strike, type Target } from './faults/index.ts';
