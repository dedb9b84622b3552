import { quoteKey, type ConfigPath, type Problem } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Interpolated {
  /** A copy, also where nothing was put in. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** The variables that went into the value at a path, by {@link pathKey}. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
}

const variablePattern = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/**
 * Puts variables into every text of the data, never into keys.
 * - `${NAME}`; `${NAME:-default}` also when NAME is empty; `$${` for the two characters themselves.
 * - A variable that is not set is a problem that names it; its text stays as it was.
 */
export function interpolate(data: unknown, env: Environment): Interpolated {
  const problems: Problem[] = [];
  const variables = new Map<string, readonly string[]>();
  const above = new Set<object>();
  const visit = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') {
      const result = interpolateText(value, env);
      problems.push(...result.missing.map((what) => ({ path, what })));
      if (result.variables.length > 0) variables.set(pathKey(path), result.variables);
      return result.missing.length > 0 ? value : result.text;
    }
    if (!Array.isArray(value) && !isPlainObject(value)) return value;
    if (above.has(value)) {
      problems.push({ path, what: 'this contains itself' });
      return null;
    }
    above.add(value);
    const copy = Array.isArray(value)
      ? value.map((item, index) => visit(item, [...path, index]))
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner, [...path, key])]));
    if (Object.hasOwn(value, '__proto__')) problems.push({ path: [...path, '__proto__'], what: 'this name is not allowed' });
    above.delete(value);
    return copy;
  };
  return { data: visit(data, []), problems, variables };
}

export function interpolateText(text: string, env: Environment): { readonly text: string; readonly missing: readonly string[]; readonly variables: readonly string[] } {
  const missing: string[] = [];
  const variables: string[] = [];
  const replaced = text.replace(variablePattern, (whole, name: string | undefined, fallback: string | undefined) => {
    if (whole === '$${') return '${';
    if (name === undefined) {
      missing.push('a ${ starts the name of a variable, as in ${NAME}; write $${ for the two characters');
      return whole;
    }
    variables.push(name);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value !== undefined) return value;
    missing.push(`the environment variable ${quoteKey(name)} is not set`);
    return whole;
  });
  return { text: replaced, missing, variables };
}

/** A path as a key of a map. */
export function pathKey(path: ConfigPath): string {
  return JSON.stringify(path);
}

export function pathOfKey(key: string): ConfigPath {
  return JSON.parse(key) as ConfigPath;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
