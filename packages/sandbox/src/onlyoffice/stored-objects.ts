interface StoredObject {
  readonly bytes: Buffer;
}

/** What the second server serves: put there when the first one redirects to it. */
export type StoredObjects = Map<string, StoredObject>;
