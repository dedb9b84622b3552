import { archiveCases } from './archive-cases.ts';
import { attachCases } from './attach-cases.ts';
import { capabilityCases } from './capability-cases.ts';
import type { ConformanceArea } from './conformance-case.ts';
import { errorCases } from './error-cases.ts';
import { bodyFaultCases, callFaultCases } from './fault-cases.ts';
import { lifeCases } from './life-cases.ts';
import { linkCases } from './link-cases.ts';
import { listingCases } from './listing-cases.ts';
import { nameCases } from './name-cases.ts';
import { openCases } from './open-cases.ts';
import { operationCases } from './operation-cases.ts';
import { pagingCases } from './paging-cases.ts';
import { pagingFaultCases } from './paging-fault-cases.ts';
import { parallelCases } from './parallel-cases.ts';
import { rangeCases } from './range-cases.ts';
import { refCases } from './ref-cases.ts';
import { signalCases } from './signal-cases.ts';
import { statCases } from './stat-cases.ts';
import { streamCases } from './stream-cases.ts';

/** The whole contract, area by area. */
export const conformanceAreas: readonly ConformanceArea[] = [
  capabilityCases,
  listingCases,
  pagingCases,
  pagingFaultCases,
  nameCases,
  statCases,
  openCases,
  rangeCases,
  streamCases,
  parallelCases,
  signalCases,
  refCases,
  linkCases,
  archiveCases,
  operationCases,
  attachCases,
  errorCases,
  bodyFaultCases,
  callFaultCases,
  lifeCases,
];
