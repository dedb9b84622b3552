import { commonFields, secretField, urlField, type Secret } from '@filesource/core';
import { z } from 'zod';

const gibibyte = 1024 ** 3;

const accountFields = {
  ...commonFields,
  apiUrl: urlField('URL of the onOffice API').default('https://api.onoffice.de/api/stable/api.php'),
  token: secretField('Token of the API user, 32 characters'),
  secret: secretField('Secret of the API user, 64 characters'),
  maxActionsPerRequest: z.int().min(1).max(100).default(50).meta({ description: 'How many calls made at the same time share one request at most' }),
};

export const addressConfigSchema = z.strictObject({
  ...accountFields,
  maxContentBytes: z
    .int()
    .min(1)
    .max(64 * gibibyte)
    .default(gibibyte)
    .meta({ description: 'Largest file that is opened, in bytes. A file above 1 MiB is decoded while it comes, so this bounds no memory' }),
});

export const appointmentConfigSchema = z.strictObject(accountFields);

export type AddressConfig = z.output<typeof addressConfigSchema>;
export type AppointmentConfig = z.output<typeof appointmentConfigSchema>;

/** What both providers have in common: how to reach the API and as whom. */
export interface AccountConfig {
  readonly apiUrl: string;
  readonly token: Secret;
  readonly secret: Secret;
  readonly maxActionsPerRequest: number;
  readonly allowHosts: readonly string[];
}

/** The API user's account as a text without its credential: the URL and a 32-bit fingerprint (FNV-1a) of the token. */
export function accountOf(config: AccountConfig): string {
  let hash = 0x811c9dc5;
  for (const character of config.token.reveal()) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `onoffice ${config.apiUrl} ${hash.toString(16).padStart(8, '0')}`;
}
