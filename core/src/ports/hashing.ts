export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hex; ends the hash. */
  hex(): string;
}

/** The hash of a file that is still being written, made from what is on the disk already. */
export interface FileHash {
  /** So many bytes of the file, from its start, are there and do not change any more. */
  written(bytes: number): void;
  /** Lower-case hex of the bytes that were told last; throws what the file system says. Ends the hash. */
  hex(): Promise<string>;
  /** Gives it up; also after its end. */
  close(): void;
}

export interface Hashing {
  /** HMAC-SHA256 of UTF-8 text under a UTF-8 key, as standard base64 with padding. */
  hmacSha256Base64(key: string, text: string): string;
  sha256(): RunningHash;
  /**
   * The same of a file on the way, beside this thread.
   * - Optional: where it is missing, every byte is hashed as it comes.
   */
  sha256OfFile?(path: string): FileHash;
}
