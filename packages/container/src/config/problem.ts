import { FileSourceError } from '@filesource/core';

export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong in a config. `what` never quotes a value, since a value may be a credential. */
export interface Problem {
  readonly path: ConfigPath;
  readonly what: string;
  /** Where in the file, when that is known better than `path` tells. */
  readonly position?: Position;
}

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where in its file a path stands; `undefined` for a config that is no file. */
export type Locate = (path: ConfigPath) => Position | undefined;

/** All problems of a config as one error: for each its path, its place in the file, and what is allowed. */
export function configError(where: string, problems: readonly Problem[], locate: Locate = () => undefined): FileSourceError {
  const placed = problems.map((problem) => ({ problem, position: problem.position ?? locate(problem.path) }));
  const inOrder = placed.sort((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0));
  const lines = inOrder.map(({ problem, position }) => {
    const place = position === undefined ? '' : `line ${position.line}, column ${position.column}`;
    const path = formatPath(problem.path);
    const label = path === '' ? place : `${path}${place === '' ? '' : ` (${place})`}`;
    return `${label}${label === '' ? '' : ': '}${problem.what}`;
  });
  const [only] = lines;
  const message = lines.length === 1 && only !== undefined ? `${where}: ${only}` : `${where} has ${lines.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return new FileSourceError('config-invalid', message);
}

/** `sources.contacts.secret`, `adapters[0]`, `sources["my contacts"]`. */
function formatPath(path: ConfigPath): string {
  return path.map((key, index) => formatKey(key, index === 0)).join('');
}

/** A key of the config for a message: what is not a plain word is quoted and cut short. */
export function quoteKey(key: string): string {
  return /^[\w$.-]{1,64}$/.test(key) ? key : JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key);
}

function formatKey(key: string | number, first: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  if (/^[\w$-]{1,64}$/.test(key)) return first ? key : `.${key}`;
  return `[${quoteKey(key).startsWith('"') ? quoteKey(key) : JSON.stringify(key)}]`;
}
