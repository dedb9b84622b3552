import { commonFields, needsOneOf, Secret, secretField, urlField } from '@filesource/core';
import { z } from 'zod';

const userFields = {
  baseUrl: urlField('Address of the portal, such as https://portal.example.com'),
  apiKey: secretField('API key of a DocSpace user (sk-…)').optional(),
  token: secretField('Token of an earlier login, or an OAuth access token').optional(),
  userName: z.string().min(1).optional().meta({ description: 'E-mail address of the user to log in; with password' }),
  password: secretField('Password of that user').optional(),
  generation: z.enum(['auto', 'docspace', 'workspace']).default('auto').meta({ description: 'Which product the portal is; auto reads it from its answers' }),
  ...commonFields,
  hiddenEntries: z
    .enum(['fail', 'accept'])
    .default('fail')
    .meta({ description: 'When the portal counts more entries in a folder than it lists: fail, since some may be missing, or accept that the user may not see them' }),
  whenBusy: z
    .enum(['wait', 'fail'])
    .default('wait')
    .meta({ description: 'What an archive does while another download of the same user runs, since the vendor allows one at a time' }),
  busyTimeoutMs: z.int().min(0).max(86_400_000).default(600_000).meta({ description: 'Longest wait for that other download, in milliseconds' }),
};

/** Several may be given, since another provider's token can stand in the same source: the first in this order counts. */
const howToSignIn = 'give an apiKey, or userName with password, or a token';

const checked = z.strictObject(userFields).superRefine((config, context) => {
  const problem = (field: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [field], message });
  };
  if (config.apiKey === undefined && config.token === undefined && config.userName === undefined && config.password === undefined) problem('apiKey', `no credentials: ${howToSignIn}`);
  if (config.userName !== undefined && config.password === undefined) problem('password', 'userName needs a password');
  if (config.password !== undefined && config.userName === undefined) problem('userName', 'password needs a userName');
  for (const field of ['apiKey', 'token'] as const) {
    // Runs for a field that does not fit as well, which has its own message.
    const given: unknown = config[field];
    const value = given instanceof Secret ? given.reveal() : undefined;
    if (value !== undefined && !/^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(value.trim())) problem(field, 'a line break, a space or a character outside of ASCII cannot be part of it');
  }
});

export const onlyOfficeConfigSchema = needsOneOf(checked, [['apiKey'], ['userName', 'password'], ['token']]);

export type OnlyOfficeConfig = z.output<typeof onlyOfficeConfigSchema>;

/** The address that all paths of the API are relative to: ends with a slash, without the `api/2.0` that people paste along. */
export function portalAddress(baseUrl: string): URL {
  const url = new URL(baseUrl);
  url.search = '';
  url.hash = '';
  url.pathname = `${url.pathname.replace(/\/api\/2\.0(\/.*)?$/, '').replace(/\/+$/, '')}/`;
  return url;
}

/** The key or token that the portal is called with; `undefined` when a user logs in. */
export function fixedSecretOf(config: OnlyOfficeConfig): Secret | undefined {
  return config.apiKey ?? (config.userName === undefined ? config.token : undefined);
}
