/** Randomness for jitter and names; not for keys. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  next(): number;
}
