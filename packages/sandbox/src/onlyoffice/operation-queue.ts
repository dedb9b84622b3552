import { randomUUID } from 'node:crypto';
import { planArchive } from './archive-plan.ts';
import type { User } from './model.ts';
import { type DownloadOperation, duePhase, endOf, phaseAt } from './operation.ts';
import { concludeDownload } from './operation-outcome.ts';
import type { Portal } from './portal.ts';
import type { Selection } from './selection.ts';

const FORGOTTEN_AFTER_MS = { docspace: 120_000, workspace: 600_000 } as const;

export const ANONYMOUS = 'anonymous';

/** The bulk downloads of all users. They get on by the clock alone, or are held: nothing runs between two requests. */
export class OperationQueue {
  private operations: DownloadOperation[] = [];
  private isHolding = false;
  private readonly portal: () => Portal;

  constructor(portal: () => Portal) {
    this.portal = portal;
  }

  /** Brings every download to where the clock says it is. To be called before a request is looked at. */
  advance(): void {
    const portal = this.portal();
    const { settings, quirks, store } = portal;
    const now = settings.now();
    for (const operation of this.operations) {
      const phase = duePhase(operation, now);
      if (operation.outcome !== undefined || phase === 'created' || phase === 'running') continue;
      operation.outcome = concludeDownload(portal, store.users.find(({ id }) => id === operation.owner), operation);
    }
    this.operations = this.operations.filter((operation) => {
      if (now - endOf(operation) >= FORGOTTEN_AFTER_MS[settings.generation]) return false;
      return !(quirks.consumeElsewhere && operation.outcome !== undefined);
    });
  }

  hold(): void {
    const now = this.portal().settings.now();
    this.isHolding = true;
    for (const operation of this.operations) operation.isHeld ||= operation.outcome === undefined && duePhase(operation, now) !== 'ended';
  }

  release(): void {
    const now = this.portal().settings.now();
    this.isHolding = false;
    for (const operation of this.operations.filter(({ isHeld }) => isHeld)) {
      operation.isHeld = false;
      operation.startedAt = now - operation.durationMs;
    }
  }

  isRunning(owner: string): boolean {
    const now = this.portal().settings.now();
    return this.operations.some((operation) => operation.owner === owner && duePhase(operation, now) !== 'ended');
  }

  start(user: User | undefined, selection: Selection): DownloadOperation {
    const portal = this.portal();
    const operation: DownloadOperation = {
      id: randomUUID(),
      owner: user?.id ?? ANONYMOUS,
      selection,
      startedAt: portal.settings.now(),
      durationMs: portal.settings.operationDurationMs * portal.quirks.slowProgress,
      isHeld: this.isHolding,
      total: Math.max(1, planArchive(portal, user, selection).entries.length),
    };
    this.operations.push(operation);
    return operation;
  }

  /** The owner's downloads, or the one of that id. Those that have ended are listed for the last time. */
  list(owner: string, id?: string): DownloadOperation[] {
    const now = this.portal().settings.now();
    const listed = this.operations.filter((operation) => operation.owner === owner && (id === undefined || operation.id === id));
    this.operations = this.operations.filter((operation) => !listed.includes(operation) || phaseAt(operation, now) !== 'ended');
    return listed;
  }

  /** The owner's downloads without any effect on them. */
  peek(owner: string): DownloadOperation[] {
    return this.operations.filter((operation) => operation.owner === owner);
  }

  /** As after a restart: nothing of any download is known. */
  forgetAll(): void {
    this.operations = [];
  }

  /** Takes the owner's downloads, or the one of that id, out of the queue. */
  terminate(owner: string, id?: string): void {
    const { settings, quirks } = this.portal();
    const hit = this.operations.filter((operation) => operation.owner === owner && (id === undefined || operation.id === id));
    this.operations = this.operations.filter((operation) => !hit.includes(operation));
    const reappearing = settings.generation === 'workspace' || quirks.canceledReappears;
    if (!reappearing) return;
    const error = settings.generation === 'workspace' ? 'The operation was canceled' : '';
    const finished = settings.generation === 'workspace';
    for (const operation of hit) this.operations.push({ ...operation, startedAt: settings.now(), durationMs: 0, isHeld: false, outcome: { error, finished, status: 3 } });
  }
}
