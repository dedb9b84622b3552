import type { Finding } from '@filesource/core';

/** A finding with the source that it is about; `null` for this machine and the config. */
export interface SourceFinding extends Finding {
  readonly source: string | null;
}

export function about(source: string | null, findings: readonly Finding[]): readonly SourceFinding[] {
  return findings.map((finding) => ({ source, ...finding }));
}
