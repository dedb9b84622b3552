export interface SampleDocument {
  readonly name: string;
  readonly mediaType: string;
  /** Made at the first call and kept: every call answers the same buffer, so callers must not write into it. */
  bytes(): Buffer;
}

export function sampleDocument(name: string, mediaType: string, make: () => Buffer): SampleDocument {
  let made: Buffer | undefined;
  return { name, mediaType, bytes: () => (made ??= make()) };
}
