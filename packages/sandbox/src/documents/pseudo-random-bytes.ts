/** The same bytes for the same seed, on every machine; they do not compress. */
export function pseudoRandomBytes(seed: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  // xorshift32 stays at zero once it is there.
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
  const whole = size - (size % 4);
  for (let at = 0; at < whole; at += 4) bytes.writeInt32LE(next(), at);
  for (let at = whole; at < size; at += 1) bytes[at] = next() & 0xff;
  return bytes;
}
