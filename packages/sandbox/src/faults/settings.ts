/** A value that a fault can be told: `name=value`. */
export interface Setting<Value> {
  readonly means: string;
  /** What may stand there, for people. */
  readonly takes: string;
  readonly byDefault: Value;
  /** The default, for people. */
  readonly shownDefault: string;
  /** `undefined` for what it does not take. */
  parse(text: string): Value | undefined;
}

export function wholeNumber(means: string, { min, max, byDefault }: { readonly min: number; readonly max: number; readonly byDefault: number }): Setting<number> {
  return { means, takes: `a whole number from ${min} to ${max}`, byDefault, shownDefault: String(byDefault), parse: (text) => parseWhole(text, min, max) };
}

/** A position in a body; where none is named, its middle. */
export function position(means: string): Setting<number | null> {
  const max = 2 ** 40;
  return { means, takes: 'a whole number, 0 or above', byDefault: null, shownDefault: 'the middle', parse: (text) => parseWhole(text, 0, max) };
}

export function choice<const Value extends string>(means: string, values: readonly [Value, ...Value[]]): Setting<Value> {
  return { means, takes: values.join(' or '), byDefault: values[0], shownDefault: values[0], parse: (text) => values.find((value) => value === text) };
}

export function share(means: string): Setting<number> {
  return {
    means,
    takes: 'a number above 0, up to 1',
    byDefault: 1,
    shownDefault: '1',
    parse: (text) => (/^(1(\.0+)?|0?\.\d+)$/.test(text) && Number(text) > 0 ? Number(text) : undefined),
  };
}

function parseWhole(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^[+-]?\d{1,13}$/.test(text) && value >= min && value <= max ? value : undefined;
}
