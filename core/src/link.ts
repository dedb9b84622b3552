/**
 * A URL that somebody else can open.
 * - `file`: the bytes; `page`: a page for people; `archive`: a finished bulk download.
 */
export interface Link {
  readonly url: string;
  readonly kind: 'file' | 'page' | 'archive';
  /** `null` when the vendor sets no end. */
  readonly expires: Date | null;
  /** True when the link works only for the caller's own account. */
  readonly needsCredentials: boolean;
}

export interface LinkOptions {
  /** Language of a page: three letters of ISO 639, such as `DEU`. Ignored where the link has no language. */
  readonly language?: string;
  readonly signal?: AbortSignal;
}
