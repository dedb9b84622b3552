export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hex; ends the hash. */
  hex(): string;
}

export interface Hashing {
  /** HMAC-SHA256 of UTF-8 text under a UTF-8 key, as standard base64 with padding. */
  hmacSha256Base64(key: string, text: string): string;
  sha256(): RunningHash;
  /** Whether this is Node's own, so that another thread may take SHA-256 from there; missing: every byte goes through `sha256`. */
  readonly isNodes?: boolean;
}
