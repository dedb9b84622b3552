import type { Clock } from '@filesource/core';
import { limits } from './limits.ts';

/** Tells a client how far a call is, in percent and as a sentence. */
export type Report = (percent: number, message: string) => void;

interface Progressing {
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined;
  sendNotification(notification: { method: 'notifications/progress'; params: { progressToken: string | number; progress: number; total: number; message: string } }): Promise<void>;
}

/**
 * Progress notifications of one call; nothing for a client that gave no token.
 * - The number always grows, as the protocol wants it; what would not raise it is not sent.
 */
export function progressReporter(extra: Progressing, clock: Clock): Report | undefined {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let lastPercent = -1;
  let toldMs = Number.NEGATIVE_INFINITY;
  return (percent, message) => {
    const progress = Math.min(100, Math.max(0, Math.round(percent * 100) / 100));
    if (progress <= lastPercent || (progress < 100 && Math.abs(clock.now() - toldMs) < limits.progressEveryMs)) return;
    lastPercent = progress;
    toldMs = clock.now();
    // A client that has gone away needs no progress.
    extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 100, message } }).catch(() => undefined);
  };
}

const halfwayBytes = 16 * 1024 * 1024;

/** How far a body is, 0 to 1; where nobody knows its size, ever slower towards the end. */
export function shareOf(bytes: number, totalBytes: number | null): number {
  if (totalBytes === null) return bytes / (bytes + halfwayBytes);
  return totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
}
