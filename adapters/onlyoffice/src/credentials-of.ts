import { Secret } from '@filesource/core';
import { fixedSecretOf, type OnlyOfficeConfig } from './config.ts';
import { createFixedCredentials, type Credentials } from './credentials.ts';
import { createLogin, type LoginTools } from './login.ts';

/** How a config says to sign in: with a key or token as it is, or by a login. */
export function credentialsOf(config: OnlyOfficeConfig, tools: LoginTools): Credentials {
  const fixed = fixedSecretOf(config);
  if (fixed !== undefined) return createFixedCredentials(fixed, tools.ports.redactor);
  return createLogin(config.userName ?? '', config.password ?? new Secret(''), tools);
}
