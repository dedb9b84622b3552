export const findingStatuses = ['ok', 'warning', 'failed', 'skipped'] as const;

/** - `warning`: it works, but something will go wrong some day. `skipped`: it could not be looked at. */
export type FindingStatus = (typeof findingStatuses)[number];

/** What one check of a source found. Neither text may hold a credential or a signed link. */
export interface Finding {
  /** What was looked at, as one word: `reachability`, `clock`, `credentials`, `scopes`, `version`, `hosts`; an adapter may have others. */
  readonly check: string;
  readonly status: FindingStatus;
  readonly message: string;
  /** What to do about it; there for everything but `ok`. */
  readonly advice?: string;
}

export function okFinding(check: string, message: string): Finding {
  return { check, status: 'ok', message };
}

export function skippedFinding(check: string, message: string, advice: string): Finding {
  return { check, status: 'skipped', message, advice };
}
