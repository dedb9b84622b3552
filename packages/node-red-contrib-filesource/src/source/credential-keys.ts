/** The name under which Node-RED keeps a secret: each provider has its own, so that no vendor is sent another one's. */
export function credentialKey(provider: string, field: string): string {
  return `${provider}__${field}`;
}

/** The secrets of one provider by the name of their setting; empty ones are left out. */
export function secretsOf(provider: string, credentials: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const prefix = credentialKey(provider, '');
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(credentials)) {
    if (key.startsWith(prefix) && value !== undefined && value !== '') found.set(key.slice(prefix.length), value);
  }
  return found;
}
