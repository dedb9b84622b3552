import type { Links } from './links.ts';
import type { Occasions } from './occasions.ts';
import type { OnOfficeQuirks } from './quirks.ts';
import type { OnOfficeStore } from './store.ts';

/** What every part of one running sandbox shares. */
export interface World {
  readonly token: string;
  readonly secret: string;
  /** Three letters; for download pages that ask for none. */
  readonly userLanguage: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly store: OnOfficeStore;
  readonly quirks: OnOfficeQuirks;
  readonly occasions: Occasions;
  readonly links: Links;
  /** Counts the listings, from 0. */
  readonly nextListing: () => number;
}
