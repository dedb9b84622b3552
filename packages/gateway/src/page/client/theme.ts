import { recall, remember } from './storage.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export function theme(): Theme {
  const known = recall('theme');
  return themes.find((name) => name === known) ?? 'system';
}

/** `system` leaves the choice to `prefers-color-scheme`. */
export function applyTheme(next: Theme): void {
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
}

export function chooseTheme(next: string): void {
  const chosen = themes.find((name) => name === next) ?? 'system';
  remember('theme', chosen);
  applyTheme(chosen);
}
