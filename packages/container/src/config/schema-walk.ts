import { z } from 'zod';

type AnySchema = z.core.$ZodType;

/** The schema of what is inside the wrappers: optional, default, nullable, transforms, lazy. */
export function innermost(schema: AnySchema): AnySchema {
  let current = schema;
  for (;;) {
    if (isSecret(current)) return current;
    const { def } = (current as z.core.$ZodTypes)._zod;
    if (def.type === 'pipe') current = def.in;
    else if (def.type === 'lazy') current = def.getter();
    else if ('innerType' in def) current = def.innerType;
    else return current;
  }
}

/** True for a field of `secretField`. */
export function isSecret(schema: AnySchema): boolean {
  return z.globalRegistry.get(schema)?.['secret'] === true;
}

/** The groups of settings of which one has to be given whole; see `needsOneOf` of core. */
export function alternativesOf(schema: AnySchema): readonly (readonly string[])[] {
  const alternatives = z.globalRegistry.get(schema)?.['alternatives'];
  return Array.isArray(alternatives) ? (alternatives as readonly (readonly string[])[]) : [];
}

/** The schema of what stands under a key of a value; a union is decided by the value's discriminator. */
export function schemaUnder(schema: AnySchema, value: unknown, key: string | number): AnySchema | undefined {
  const { def } = (optionFor(schema, value) as z.core.$ZodTypes)._zod;
  if (def.type === 'object') return Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
  if (def.type === 'array') return def.element;
  if (def.type === 'record') return def.valueType;
  return undefined;
}

/** The schema at a path of a value. */
export function schemaAt(schema: AnySchema, value: unknown, path: readonly (string | number)[]): AnySchema | undefined {
  let current: AnySchema | undefined = schema;
  let inside = value;
  for (const key of path) {
    if (current === undefined) return undefined;
    current = schemaUnder(current, inside, key);
    inside = typeof inside === 'object' && inside !== null ? (inside as Record<string | number, unknown>)[key] : undefined;
  }
  return current;
}

/** The keys that an object may have; `undefined` for what is no object. */
export function keysOf(schema: AnySchema, value: unknown): readonly string[] | undefined {
  const { def } = (optionFor(schema, value) as z.core.$ZodTypes)._zod;
  return def.type === 'object' ? Object.keys(def.shape) : undefined;
}

function optionFor(schema: AnySchema, value: unknown): AnySchema {
  const inner = innermost(schema);
  const { def } = (inner as z.core.$ZodTypes)._zod;
  if (def.type !== 'union' || isSecret(inner)) return inner;
  const discriminator = 'discriminator' in def ? (def as z.core.$ZodDiscriminatedUnionDef).discriminator : undefined;
  const tag = discriminator !== undefined && typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[discriminator] : undefined;
  const chosen =
    discriminator === undefined
      ? def.options.find((option) => z.core.safeParse(option, value).success)
      : def.options.find((option) => option._zod.propValues?.[discriminator]?.has(tag as z.core.util.Primitive) === true);
  return chosen === undefined ? inner : innermost(chosen);
}
