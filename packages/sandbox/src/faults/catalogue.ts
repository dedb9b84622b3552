import { answerFaults } from './answer-faults.ts';
import { bodyFaults } from './body-faults.ts';
import type { FaultKind, Target } from './fault-kind.ts';
import type { Occasion } from './occasion.ts';
import { vendorFaults } from './vendor-faults.ts';

/** Every fault that both sandboxes can make. */
export const catalogue = { ...bodyFaults, ...answerFaults, ...vendorFaults };

export type FaultName = keyof typeof catalogue;

type SettingsOf<Kind> = Kind extends FaultKind<infer Settings> ? Settings : never;

/** When and whom a fault strikes; without any of these, always and everybody that it can. */
export interface FaultOccasion extends Occasion {
  /** How likely it strikes when it could, above 0 and up to 1. */
  readonly chance?: number;
  readonly on?: readonly Target[];
}

/** A fault, as a sandbox takes it: `{ kind: 'cut', at: 1000, times: 2, on: ['content'] }`. */
export type SandboxFault = { [Name in FaultName]: { readonly kind: Name } & FaultOccasion & Readonly<Partial<SettingsOf<(typeof catalogue)[Name]>>> }[FaultName];

export function kindOf(name: FaultName): FaultKind {
  return catalogue[name] as FaultKind;
}
