const name = 'filesource_session';

/** The session's value in a Cookie header. */
export function sessionOf(cookies: string | undefined): string | undefined {
  for (const pair of (cookies ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** A Set-Cookie header; without a value, the one that takes the cookie away. */
export function sessionCookie(value: string | undefined, { isSecure, lifetimeMs }: { readonly isSecure: boolean; readonly lifetimeMs: number }): string {
  const age = value === undefined ? 0 : Math.floor(lifetimeMs / 1000);
  return `${name}=${value ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${isSecure ? '; Secure' : ''}`;
}
