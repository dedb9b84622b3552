export interface Slice {
  readonly first: number;
  readonly last: number;
  /** False when the range happens to be the whole: the answer is then a plain 200. */
  readonly partial: boolean;
}

/** The file handler's own reading of `Range`: only `a-b` and `a-`, and `bad` for everything it cannot serve. */
export function parseHandlerRange(header: string | undefined, size: number): Slice | 'bad' {
  if (header === undefined) return { first: 0, last: size - 1, partial: false };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? [];
  if (from === undefined || to === undefined) return 'bad';
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || last < first) return 'bad';
  return { first, last, partial: last - first + 1 !== size };
}
