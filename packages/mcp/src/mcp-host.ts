import type { Clock, Hashing } from '@filesource/core';
import type { AllowedDirectory } from './allowed-directory.ts';
import type { BoundedStore } from './bounded-store.ts';
import type { Downloads } from './downloads/downloads.ts';
import type { RunningCalls } from './running-calls.ts';
import type { SelectedSources } from './selected-sources.ts';
import type { ListPosition } from './tools/list-folder.ts';

/** Where clients may have files written, and what is being written. */
export interface WriteAccess {
  readonly directory: AllowedDirectory;
  readonly downloads: Downloads;
}

/** What all sessions of one server work with. */
export interface McpHost {
  readonly sources: SelectedSources;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly cursors: BoundedStore<ListPosition>;
  readonly running: RunningCalls;
  /** Missing in a server that only reads. */
  readonly writing?: WriteAccess;
}
