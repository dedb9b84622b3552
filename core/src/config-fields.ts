import { z } from 'zod';
import { Secret } from './redaction.ts';

/** A credential in a config: a text that becomes a {@link Secret}; marked as `format: password` in the JSON Schema. */
export function secretField(description: string): z.ZodType<Secret, string | Secret> {
  return z
    .union([z.string().min(1), z.instanceof(Secret)])
    .transform((value) => (typeof value === 'string' ? new Secret(value) : value))
    .meta({ description, secret: true });
}

/** An absolute http or https URL without credentials in it. */
export function urlField(description: string): z.ZodType<string, string> {
  return z
    .url({ protocol: /^https?$/, error: 'expected an absolute http or https URL' })
    .refine((text) => {
      // Runs for a text that is no URL too, which has its own message.
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return url === undefined || (url.username === '' && url.password === '');
    }, 'the URL must not carry a user name or password')
    .meta({ description });
}

/** Settings that every provider takes. */
export const commonFields = {
  allowHosts: z
    .array(z.string().regex(/^(\*\.)?[A-Za-z0-9.[\]:-]+$/, 'expected a host name, name:port or *.name'))
    .default([])
    .meta({ description: 'Further hosts that links of this source may lead to: name, name:port or *.name' }),
  timeoutMs: z.int().min(100).max(3_600_000).default(60_000).meta({ description: 'Longest wait for one answer, and for the next bytes of a body, in milliseconds' }),
  maxAttempts: z.int().min(1).max(20).default(4).meta({ description: 'How often a call that failed for a passing reason is made, the first time included' }),
};

/** What {@link commonFields} become. */
export interface CommonConfig {
  readonly allowHosts: readonly string[];
  readonly timeoutMs: number;
  readonly maxAttempts: number;
}
