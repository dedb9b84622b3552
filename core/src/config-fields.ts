import { z } from 'zod';
import { Secret } from './redaction.ts';

/** A credential in a config: a text that becomes a {@link Secret}; marked as `format: password` in the JSON Schema. */
export function secretField(description: string): z.ZodType<Secret, string | Secret> {
  return z
    .union([z.string().overwrite(withoutLineEnd).min(1), z.instanceof(Secret)])
    .transform((value) => (typeof value === 'string' ? new Secret(value) : value))
    .meta({ description, secret: true });
}

/** What a line of a file leaves behind: variables come from such files, of Windows too. */
function withoutLineEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
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

/**
 * Tells forms and questions that one of these groups of settings has to be given whole, the usual one first.
 * - The schema must check it too: this only makes it known. Put it last, since refining the schema further loses it.
 */
export function needsOneOf<Schema extends z.ZodObject>(schema: Schema, groups: readonly (readonly (string & keyof z.input<Schema>)[])[]): Schema {
  return schema.meta({ alternatives: groups });
}

const timeField = z.int().min(100).max(3_600_000);

/** Settings that every provider takes. Limits are those of the account: of several sources of one account, the strictest counts. */
export const commonFields = {
  allowHosts: z
    .array(z.string().regex(/^(\*\.)?[A-Za-z0-9.[\]:-]+$/, 'expected a host name, name:port or *.name'))
    .default([])
    .meta({ description: 'Further hosts that links of this source may lead to: name, name:port or *.name' }),
  timeoutMs: timeField.default(60_000).meta({ description: 'Longest wait of one attempt for its answer, in milliseconds' }),
  connectTimeoutMs: timeField.optional().meta({ description: 'Longest time to make a connection, in milliseconds; default 15000' }),
  idleTimeoutMs: timeField.optional().meta({ description: 'Longest silence of a body, in milliseconds; default: as timeoutMs' }),
  transferTimeoutMs: z.int().min(100).max(604_800_000).optional().meta({ description: 'Longest time of one whole body, in milliseconds; default: no limit' }),
  maxAttempts: z.int().min(1).max(20).default(4).meta({ description: 'How often a call that failed for a passing reason is made, the first time included' }),
  maxConcurrency: z.int().min(1).max(1000).optional().meta({ description: 'Calls at once; default, and most: what the provider allows' }),
  maxRequestsPerSecond: z.number().min(0.01).max(10_000).optional().meta({ description: 'Requests in each second, evenly spread: retries, logins, looks at operations and redirects too; default: no limit' }),
  maxBytesPerSecond: z.int().min(1024).optional().meta({ description: 'Bytes of files in each second, of all that are being read together; default: no limit' }),
  breakerFailures: z.int().min(0).max(1000).default(20).meta({ description: 'Failures in a row after which the vendor is left alone for a while; 0 for never' }),
  breakerCoolDownMs: timeField.default(10_000).meta({ description: 'How long it is left alone then, in milliseconds' }),
};

/** What {@link commonFields} become. */
export interface CommonConfig {
  readonly allowHosts: readonly string[];
  readonly timeoutMs: number;
  readonly connectTimeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
  readonly transferTimeoutMs?: number | undefined;
  readonly maxAttempts: number;
  readonly maxConcurrency?: number | undefined;
  readonly maxRequestsPerSecond?: number | undefined;
  readonly maxBytesPerSecond?: number | undefined;
  readonly breakerFailures: number;
  readonly breakerCoolDownMs: number;
}
