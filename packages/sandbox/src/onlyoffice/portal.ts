import type { OperationQueue } from './operation-queue.ts';
import type { Settings } from './options.ts';
import type { UserPreferences } from './preferences.ts';
import type { OnlyOfficeQuirks } from './quirks.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import type { SignedLinks } from './signed-links.ts';
import type { OnlyOfficeStore } from './store.ts';
import type { StoredObjects } from './stored-objects.ts';
import type { TempStorage } from './temp-storage.ts';
import type { TokenRegistry } from './tokens.ts';

/** All that a running sandbox consists of, as its routes see it. */
export interface Portal {
  readonly settings: Settings;
  readonly store: OnlyOfficeStore;
  readonly tokens: TokenRegistry;
  readonly guard: SignInGuard;
  readonly preferences: UserPreferences;
  readonly operations: OperationQueue;
  readonly temp: TempStorage;
  readonly links: SignedLinks;
  readonly storage: StoredObjects;
  readonly quirks: OnlyOfficeQuirks;
  /** Origin of the second server; absent with `storage: 'disc'`. */
  storageUrl?: string;
}
