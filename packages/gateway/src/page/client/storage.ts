/** What is remembered: settings for good, the rest for this tab only. A browser that refuses storage forgets, no more. */
export type SettingName = 'language' | 'theme';
export type SessionName = 'folders' | 'downloads';

export function recall(name: SettingName): string | null {
  return attempt(() => localStorage.getItem(`filesource.${name}`)) ?? null;
}

export function remember(name: SettingName, value: string): void {
  attempt(() => {
    localStorage.setItem(`filesource.${name}`, value);
  });
}

export function recallForSession(name: SessionName): unknown {
  return attempt(() => JSON.parse(sessionStorage.getItem(`filesource.${name}`) ?? 'null') as unknown);
}

export function rememberForSession(name: SessionName, value: unknown): void {
  attempt(() => {
    sessionStorage.setItem(`filesource.${name}`, JSON.stringify(value));
  });
}

export function forgetSession(): void {
  attempt(() => {
    sessionStorage.clear();
  });
}

function attempt<Value>(access: () => Value): Value | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}
