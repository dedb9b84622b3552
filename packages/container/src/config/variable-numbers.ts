import type { z } from 'zod';
import { pathOfKey, type Interpolated } from './interpolate.ts';
import { innermost, schemaAt } from './schema-walk.ts';

/** The data with texts that came from variables turned into numbers and booleans where the schema wants those. */
export function withNumbers(schema: z.core.$ZodType, interpolated: Interpolated): unknown {
  const { data } = interpolated;
  for (const key of interpolated.variables.keys()) {
    const path = pathOfKey(key);
    const last = path.at(-1);
    const inner = schemaAt(schema, data, path);
    const parent = path.slice(0, -1).reduce<unknown>((value, part) => (value as Record<string | number, unknown>)[part], data);
    if (last === undefined || inner === undefined || typeof parent !== 'object' || parent === null) continue;
    const values = parent as Record<string | number, unknown>;
    values[last] = asWanted((innermost(inner) as z.core.$ZodTypes)._zod.def.type, values[last]);
  }
  return data;
}

function asWanted(type: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'number' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
