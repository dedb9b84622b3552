import type { OnOfficeQuirks } from './quirks.ts';
import { SealedParams } from './sealed-params.ts';

const APPOINTMENT_LINK_MS = 60 * 60 * 1000;
const PAGE_LINK_MS = 14 * 24 * 60 * 60 * 1000;

export const FILE_PATH = '/smart/app/smart/AppAnonymousFileDownload.php';
export const PAGE_PATH = '/smart/gui-handler.php';
export const STORAGE_PATH = '/smart/app/smart/storage.php';

/** What a link leads to. */
export type Ticket =
  | { readonly to: 'appointment-file'; readonly folderId: number; readonly fileId: number; readonly expires: number }
  | { readonly to: 'address-page'; readonly folderId: number; readonly language: string; readonly expires: number };

type Destination = Ticket extends infer One ? (One extends Ticket ? Omit<One, 'expires'> : never) : never;

export interface Hosts {
  readonly api: string;
  readonly links: string;
}

export class Links {
  readonly #params: SealedParams;
  readonly #now: () => number;
  readonly #quirks: OnOfficeQuirks;
  readonly #hosts: () => Hosts;
  readonly #given = new Map<string, { readonly url: string; readonly expires: number }>();

  constructor(secret: string, now: () => number, quirks: OnOfficeQuirks, hosts: () => Hosts) {
    this.#params = new SealedParams(secret);
    this.#now = now;
    this.#quirks = quirks;
    this.#hosts = hosts;
  }

  toAppointmentFile(folderId: number, fileId: number): string {
    return this.#make(FILE_PATH, { to: 'appointment-file', folderId, fileId }, APPOINTMENT_LINK_MS);
  }

  toAddressPage(folderId: number, language: string): string {
    return this.#make(PAGE_PATH, { to: 'address-page', folderId, language }, PAGE_LINK_MS);
  }

  /** The ticket behind `params`; `undefined` for one that was not made here, is of the other kind, or has run out. */
  ticket<Kind extends Ticket['to']>(params: string | undefined, to: Kind): Extract<Ticket, { to: Kind }> | undefined {
    // What could be opened was sealed here, so its shape is known.
    const ticket = params === undefined ? undefined : (this.#params.open(params) as Ticket | undefined);
    if (ticket?.to !== to || ticket.expires <= this.#now()) return undefined;
    return ticket as Extract<Ticket, { to: Kind }>;
  }

  #make(path: string, destination: Destination, lifeMs: number): string {
    if (this.#quirks.linkInstead !== false) return this.#quirks.linkInstead;
    const hosts = this.#hosts();
    const base = (this.#quirks.linkHost === 'separate' ? hosts.links : hosts.api) + path;
    const key = JSON.stringify([base, destination]);
    const known = this.#given.get(key);
    if (this.#quirks.linkReuse && known !== undefined && known.expires > this.#now()) return known.url;
    const expires = this.#now() + lifeMs;
    const url = `${base}?params=${encodeURIComponent(this.#params.seal({ ...destination, expires }))}`;
    this.#given.set(key, { url, expires });
    return url;
  }
}
