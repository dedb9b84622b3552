import type { OnlyOfficeConfig } from './config.ts';

export type Generation = 'docspace' | 'workspace';

/** What an answer shows that only one of the two products sends. */
export interface Evidence {
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly json?: unknown;
  /** The status with which a POST that creates nothing was answered. */
  readonly postStatus?: number;
}

/**
 * Which product answers: as configured, or as read in passing from its answers; nothing is ever asked for it.
 * - Stays unknown where no answer tells; every call works without knowing.
 */
export interface GenerationDetector {
  current(): Generation | undefined;
  observe(evidence: Evidence): void;
}

export function createGenerationDetector(configured: OnlyOfficeConfig['generation']): GenerationDetector {
  let known: Generation | undefined = configured === 'auto' ? undefined : configured;
  return {
    current: () => known,
    observe: (evidence) => {
      known ??= generationOf(evidence);
    },
  };
}

export function generationOf(evidence: Evidence): Generation | undefined {
  const { headers = {}, text = '', json, postStatus } = evidence;
  if (headers['server-timing']?.includes('aspnetcore') === true) return 'docspace';
  if (text.trim() === 'Unauthorized') return 'workspace';
  if (typeof json !== 'object' || json === null) return undefined;
  if ('links' in json) return 'docspace';
  // `\/` is how the serialiser of Workspace writes a slash.
  if (/\/Products\/Files\/|\\\/Products\\\/Files\\\//i.test(text)) return 'workspace';
  if (/"viewUrl"\s*:\s*"[^"]*\/filehandler\.ashx/i.test(text)) return 'docspace';
  if (/"Operation"\s*:/.test(text)) return 'docspace';
  if (postStatus === 201) return 'workspace';
  if (postStatus === 200) return 'docspace';
  return undefined;
}
