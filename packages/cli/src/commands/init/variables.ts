const pattern = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}/g;

/** The variables that texts name and that are not set; those with a default are not among them. */
export function unsetVariables(data: unknown, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const names = new Set<string>();
  for (const [whole, name, fallback] of JSON.stringify(data).matchAll(pattern)) {
    if (name !== undefined && !whole.startsWith('$$') && fallback === undefined && env[name] === undefined) names.add(name);
  }
  return [...names];
}

/** Stands in for a credential that is not known here, when only the form of a config is checked. */
export function withPlaceholders(names: readonly string[], env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  return { ...env, ...Object.fromEntries(names.map((name) => [name, 'not-set-yet'])) };
}
