import { routeTo } from '../model/route.ts';
import { language, languages, t } from '../text/language.ts';
import { theme, themes } from '../theme.ts';
import { button, el } from './dom.ts';

export interface HeaderViewOptions {
  readonly signedIn: boolean;
  readonly onLanguage: (next: string) => void;
  readonly onTheme: (next: string) => void;
  readonly onSignOut: () => void;
}

export function headerView({ signedIn, onLanguage, onTheme, onSignOut }: HeaderViewOptions): HTMLElement {
  const brand = el('a', { href: routeTo(null), class: 'brand' }, 'filesource');
  const names = t().themes;
  return el(
    'header',
    {},
    brand,
    el(
      'div',
      { class: 'settings' },
      select('language', t().language, Object.entries(languages), language(), onLanguage),
      select('theme', t().theme, themes.map((name) => [name, names[name]] as const), theme(), onTheme),
      signedIn && button(t().signOut, onSignOut, { id: 'sign-out' }),
    ),
  );
}

function select(id: string, label: string, options: readonly (readonly [string, string])[], chosen: string, onChange: (value: string) => void): HTMLElement {
  const field = el('select', { id }, ...options.map(([value, text]) => el('option', { value, selected: value === chosen, lang: id === 'language' ? value : undefined }, text)));
  field.addEventListener('change', () => onChange(field.value));
  return el('div', { class: 'setting' }, el('label', { for: id }, label), field);
}
