import { ActionError } from './action-error.ts';
import type { OnOfficeQuirks } from './quirks.ts';

export type Parameters = Readonly<Record<string, unknown>>;

export const DEFAULT_LIST_LIMIT = 20;
const MAX_LIST_LIMIT = 100;

/** An integer as number or as text; `undefined` when absent or empty, 228 when it is something else. */
export function integer(parameters: Parameters, name: string, errorcode = 228): number | undefined {
  const value = parameters[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
  throw new ActionError(errorcode, name);
}

export interface ListWindow {
  readonly limit: number;
  readonly offset: number;
}

export function listWindow(parameters: Parameters, quirks: OnOfficeQuirks): ListWindow {
  const offset = integer(parameters, 'listoffset') ?? 0;
  if (offset < 0) throw new ActionError(255, 'listoffset');
  const limit = integer(parameters, 'listlimit') ?? DEFAULT_LIST_LIMIT;
  if (limit < 1) {
    if (quirks.listlimitBelowOne === 'error') throw new ActionError(255, 'listlimit');
    return { limit: DEFAULT_LIST_LIMIT, offset };
  }
  if (limit > MAX_LIST_LIMIT && quirks.listlimitOverMax === 'error') throw new ActionError(255, 'listlimit');
  return { limit: Math.min(limit, MAX_LIST_LIMIT), offset };
}

/** The file id under the spelling or spellings that are accepted. */
export function fileIdOf(parameters: Parameters, casing: 'fileid' | 'fileId' | 'both'): number | undefined {
  const names = casing === 'both' ? ['fileid', 'fileId'] : [casing];
  return names.map((name) => integer(parameters, name)).find((id) => id !== undefined);
}

export function refuseUnknown(parameters: Parameters, known: readonly string[], quirks: OnOfficeQuirks): void {
  const unknown = quirks.strictParameters ? Object.keys(parameters).find((name) => !known.includes(name)) : undefined;
  if (unknown !== undefined) throw new ActionError(144, unknown);
}
