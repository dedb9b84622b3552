import type { z } from 'zod';
import { didYouMean } from './nearest.ts';
import { quoteKey, type ConfigPath, type Problem } from './problem.ts';
import { keysOf, schemaAt } from './schema-walk.ts';

type Issue = z.core.$ZodIssue;

/**
 * What a validation found, in the words of a config: what is allowed, and never the value that was found.
 * - One issue can be several problems: each unknown setting is one.
 */
export function explainIssue(issue: Issue, schema: z.core.$ZodType, data: unknown): readonly Problem[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  const value = valueAt(data, path);
  if (issue.code !== 'unrecognized_keys') return [{ path, what: describe(issue, value) }];
  const inner = schemaAt(schema, data, path);
  const allowed = inner === undefined ? [] : (keysOf(inner, value) ?? []);
  return issue.keys.map((key) => ({ path: [...path, key], what: unknownSetting(key, allowed) }));
}

function unknownSetting(key: string, allowed: readonly string[]): string {
  const hint = didYouMean(key, allowed);
  const list = allowed.length === 0 ? '' : `${hint === '' ? ';' : ''} allowed: ${allowed.join(', ')}`;
  return `unknown setting ${quoteKey(key)}${hint}${list}`;
}

function describe(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return mismatch(typeNames[issue.expected] ?? issue.expected, value);
    case 'invalid_value':
      return oneOf(issue.values.map(String), value);
    case 'invalid_union': {
      const { options } = issue as { readonly options?: unknown };
      if (Array.isArray(options)) return oneOf(options.map(String), value);
      const branch = issue.errors.find((errors) => errors.some((error) => error.code !== 'invalid_type')) ?? issue.errors[0];
      const first = branch?.[0];
      return first === undefined ? 'none of the allowed forms fits' : describe(first, value);
    }
    case 'too_small':
      if (issue.origin === 'string') return issue.minimum === 1 ? 'must not be empty' : `expected at least ${issue.minimum} characters`;
      return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${itemsOf(issue.origin)}`;
    case 'too_big':
      if (issue.origin === 'string') return `expected at most ${issue.maximum} characters`;
      return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${itemsOf(issue.origin)}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'this name is not allowed';
    case 'unrecognized_keys':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
      return issue.message;
    default:
      return 'not allowed';
  }
}

const typeNames: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'a map', record: 'a map', array: 'a list' };

function mismatch(expected: string, value: unknown): string {
  if (value === undefined) return `missing; expected ${expected}`;
  const hint = expected === 'a text' && (typeof value === 'number' || typeof value === 'boolean') ? '; put it in quotes' : '';
  return `expected ${expected}, got ${kindOf(value)}${hint}`;
}

function oneOf(options: readonly string[], value: unknown): string {
  const expected = options.length === 1 ? `expected ${options.join('')}` : `expected one of ${options.join(', ')}`;
  if (value === undefined) return `missing; ${expected}`;
  return `${expected}${typeof value === 'string' ? didYouMean(value, options) : ''}`;
}

/** What a value is, without saying what it holds. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'NaN or an infinity';
  if (typeof value === 'boolean') return 'true or false';
  return 'a map';
}

function itemsOf(origin: string): string {
  return origin === 'array' || origin === 'set' ? ' items' : '';
}

function valueAt(data: unknown, path: ConfigPath): unknown {
  let value = data;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
  return value;
}
