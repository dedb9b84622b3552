import type { CapabilityName } from '@filesource/core';
import type { ExpectedCapabilities, Need } from './harness.ts';
import type { Stage } from './stage.ts';

/** How a capability must be declared for a case to apply; `supported` is native or emulated. */
export type Wanted = 'native' | 'emulated' | 'supported' | 'unsupported';

export type When = Readonly<Partial<Record<CapabilityName, Wanted>>>;

/** One sentence of the contract, and how to see whether it holds. */
export interface ConformanceCase {
  /** A sentence of behaviour that follows the name of its area. */
  readonly title: string;
  /** Does not apply to other sources. */
  readonly when?: When;
  /** Cannot be run without these. */
  readonly needs?: readonly Need[];
  /** Throws when the sentence does not hold. */
  run(stage: Stage): Promise<void>;
}

/** The cases of one part of the contract; `when` and `needs` hold for each of them. */
export interface ConformanceArea {
  readonly area: string;
  readonly when?: When;
  readonly needs?: readonly Need[];
  readonly cases: readonly ConformanceCase[];
}

export interface ChosenArea {
  readonly area: string;
  readonly cases: readonly ConformanceCase[];
}

export interface Choice {
  readonly areas: readonly ChosenArea[];
  /** Cases that apply and are left out, with what is missing for them. */
  readonly leftOut: readonly { readonly title: string; readonly missing: readonly Need[] }[];
  /** What the cases that apply need, those left out included. */
  readonly wanted: readonly Need[];
}

/** The cases that apply to a source that can do what is expected, less those that need what there is not. */
export function chooseCases(areas: readonly ConformanceArea[], expected: ExpectedCapabilities, without: readonly Need[]): Choice {
  const leftOut: { readonly title: string; readonly missing: readonly Need[] }[] = [];
  const wanted = new Set<Need>();
  const chosen = areas.map(({ area, when, needs, cases }) => ({
    area,
    cases: cases.flatMap((one) => {
      if (!applies(when, expected) || !applies(one.when, expected)) return [];
      const all = [...(needs ?? []), ...(one.needs ?? [])];
      for (const need of all) wanted.add(need);
      const missing = all.filter((need) => without.includes(need));
      if (missing.length === 0) return [one];
      leftOut.push({ title: `${area} ${one.title}`, missing });
      return [];
    }),
  }));
  return { areas: chosen.filter(({ cases }) => cases.length > 0), leftOut, wanted: [...wanted] };
}

function applies(when: When | undefined, expected: ExpectedCapabilities): boolean {
  return Object.entries(when ?? {}).every(([name, wanted]) => {
    const declared = expected[name as CapabilityName];
    return wanted === 'supported' ? declared !== 'unsupported' : declared === wanted;
  });
}
