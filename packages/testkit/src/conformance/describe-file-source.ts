import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { conformanceAreas } from './all-cases.ts';
import { chooseCases } from './conformance-case.ts';
import { offeredBy, type ExpectedCapabilities, type Harness, type Need } from './harness.ts';
import { runConformanceCase } from './stage.ts';

export interface DescribeFileSourceOptions {
  /** What the adapter's author says that it can do. The cases are chosen by it, and the source has to declare exactly this. */
  readonly expected: ExpectedCapabilities;
  /**
   * What the harness does not offer, of all that cases could need: these cases are left out, and a test lists them.
   * - A name too many or too few is a failure, so that no case is lost unseen.
   */
  readonly without?: readonly Need[];
  /** Starts the backend with its world; called once. */
  readonly setup: () => Promise<Harness>;
  /** For one case; default 60,000. */
  readonly timeoutMs?: number;
}

/** The whole contract as jest tests of one source; call it at the top of a test file. */
export function describeFileSource(name: string, { expected, without = [], setup, timeoutMs = 60_000 }: DescribeFileSourceOptions): void {
  const { areas, leftOut, wanted } = chooseCases(conformanceAreas, expected, without);
  describe(name, () => {
    let harness: Harness | undefined;
    const ready = (): Harness => {
      if (harness === undefined) throw new Error('the harness could not be set up');
      return harness;
    };
    beforeAll(async () => {
      harness = await setup();
    }, timeoutMs);
    afterAll(async () => {
      await harness?.close();
    }, timeoutMs);

    it(titleOf(leftOut.length, without), () => {
      const offered = offeredBy(ready());
      const missing = wanted.filter((need) => !offered.includes(need));
      // Both ways: what is missing and not said would fail case by case, what is said and not missing would hide cases.
      expect([...without].sort()).toEqual([...missing].sort());
    });

    for (const { area, cases } of areas) {
      describe(area, () => {
        for (const one of cases) it(one.title, () => runConformanceCase(one, ready(), expected), timeoutMs);
      });
    }
  });
}

function titleOf(count: number, without: readonly Need[]): string {
  if (without.length === 0) return 'is held to the whole contract: no case is left out';
  return `is held to the contract but for ${count} ${count === 1 ? 'case' : 'cases'} that need ${without.join(', ')}`;
}
