import type { AdapterDescriptor } from '@filesource/core';
import { z } from 'zod';
import { configSchema, providersOf } from './config-schema.ts';
import { alternativesOf, isSecret } from './schema-walk.ts';
import type { SectionSchemas } from './sections.ts';

/** The JSON Schema (draft 7, which editors know best) of the whole config file, for the providers of these adapters and the host's own sections. */
export function configJsonSchema(adapters: readonly AdapterDescriptor[], sections: SectionSchemas = {}): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema(providersOf(adapters), { sections, withForeign: true }), forJsonSchema);
  return { ...(allowVariables(schema) as Record<string, unknown>), title: 'filesource config' };
}

/** How schemas of configs become JSON Schema. */
export const forJsonSchema = {
  io: 'input',
  target: 'draft-7',
  // What JSON Schema cannot say (a check in code) is still checked when the config is loaded.
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }) => {
    if (isSecret(zodSchema)) asPassword(jsonSchema);
    const alternatives = alternativesOf(zodSchema);
    if (alternatives.length > 0) jsonSchema.anyOf = alternatives.map((group) => ({ required: [...group] }));
    delete jsonSchema['secret'];
    delete jsonSchema['alternatives'];
  },
} as const satisfies z.core.ToJSONSchemaParams;

function asPassword(jsonSchema: Record<string, unknown>): void {
  const { description } = jsonSchema;
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
  Object.assign(jsonSchema, { type: 'string', minLength: 1, format: 'password', writeOnly: true, ...(description === undefined ? {} : { description }) });
}

/** Texts of a fixed form may also be variables, `${NAME}`, which take that form only when the config is loaded. */
function allowVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowVariables);
  if (typeof schema !== 'object' || schema === null) return schema;
  const node = Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, allowVariables(inner)]));
  const { type, format, pattern, ...rest } = node;
  if (type !== 'string' || (format !== 'uri' && pattern === undefined)) return node;
  const form = { type, ...(format === undefined ? {} : { format }), ...(pattern === undefined ? {} : { pattern }) };
  return { ...rest, anyOf: [form, { type: 'string', pattern: String.raw`\$\{` }] };
}
