const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const [slash, backslash] = [0x2f, 0x5c];
const groupDigits = 4;

/** What a byte stands for as a digit, at each place of a group; below 0 for what is none. */
const [first, second, third, fourth] = [tableOf(18), tableOf(12), tableOf(6), tableOf(0)];

function tableOf(shift: number): Int32Array {
  const table = new Int32Array(256).fill(-1);
  for (let value = 0; value < alphabet.length; value += 1) table[alphabet.charCodeAt(value)] = value << shift;
  return table;
}

export interface DecodedDigits {
  readonly bytes: Buffer;
  /** The digits of a group that goes on in the next piece. */
  readonly begun: string;
}

/**
 * Digits of base64 as they stand in a JSON string: as they are, or a slash as `\/`, which is how PHP writes it.
 * - `begun` is the start of the first group.
 * - `undefined` for anything else, wrong or not: white space, padding, other escapes, half an escape.
 * - From bytes to bytes: each string between would be garbage as long as the piece, and so much of it makes the garbage collector put the bytes
 *   themselves among the old objects, where they stay.
 */
export function decodeDigits(begun: string, raw: Buffer): DecodedDigits | undefined {
  const bytes = Buffer.allocUnsafe(Math.floor((begun.length + raw.length) / groupDigits) * 3);
  const lastGroup = raw.length - groupDigits;
  let group = 0;
  let digits = 0;
  for (; digits < begun.length; digits += 1) {
    const digit = fourth[begun.charCodeAt(digits)] ?? -1;
    // It was taken from a text, which nobody has looked at yet.
    if (digit < 0) return undefined;
    group = (group << 6) | digit;
  }
  let at = 0;
  let size = 0;
  for (;;) {
    // Digit by digit: the group that was begun, one with an escape, the last one.
    const groupAt = at;
    while (digits < groupDigits && at < raw.length) {
      const isEscaped = raw[at] === backslash;
      if (isEscaped) at += 1;
      if (isEscaped && raw[at] !== slash) return undefined;
      const digit = fourth[raw[at] ?? 0] ?? -1;
      if (digit < 0) return undefined;
      group = (group << 6) | digit;
      digits += 1;
      at += 1;
    }
    if (digits < groupDigits) return { bytes: bytes.subarray(0, size), begun: (size === 0 ? begun : '') + raw.toString('latin1', groupAt).replaceAll('\\/', '/') };
    for (;;) {
      bytes[size] = group >> 16;
      bytes[size + 1] = group >> 8;
      bytes[size + 2] = group;
      size += 3;
      if (at > lastGroup) break;
      group = (first[raw[at] ?? 0] ?? -1) | (second[raw[at + 1] ?? 0] ?? -1) | (third[raw[at + 2] ?? 0] ?? -1) | (fourth[raw[at + 3] ?? 0] ?? -1);
      if (group < 0) break;
      at += groupDigits;
    }
    group = 0;
    digits = 0;
  }
}
