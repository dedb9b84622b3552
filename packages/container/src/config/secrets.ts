import type { Secret } from '@filesource/core';
import type { z } from 'zod';
import { innermost, isSecret, schemaUnder } from './schema-walk.ts';

/** Every {@link Secret} in parsed settings, however deep; also those of another copy of core. */
export function collectSecrets(value: unknown): readonly Secret[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('reveal' in value && typeof value.reveal === 'function') return [value as Secret];
  return Object.values(value).flatMap(collectSecrets);
}

/** The texts that stand in secret fields of data that was not parsed yet, valid or not. */
export function textsOfSecretFields(schema: z.core.$ZodType | undefined, value: unknown): readonly string[] {
  if (schema === undefined) return [];
  if (isSecret(innermost(schema))) {
    if (typeof value === 'string' || typeof value === 'number') return [String(value)];
    return collectSecrets(value).map((secret) => secret.reveal());
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOfSecretFields(schemaUnder(schema, value, key), inner));
}
