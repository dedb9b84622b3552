/** What the address shows: `#/` the sources, `#/documents` one source, `#/documents/@my/101` a folder and the way to it. */
export interface Route {
  readonly source: string | null;
  /** From the folder that was typed in to the one that is shown. */
  readonly trail: readonly string[];
}

export function parseRoute(hash: string): Route {
  const [source = '', ...trail] = hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decode);
  return { source: source === '' ? null : source, trail };
}

export function routeTo(source: string | null, trail: readonly string[] = []): string {
  return `#/${[...(source === null ? [] : [source]), ...trail].map(encodeURIComponent).join('/')}`;
}

/** The token of a link such as `#token=…`; not part of any route. */
export function tokenOf(hash: string): string | null {
  return hash.startsWith('#token=') ? decode(hash.slice('#token='.length)) : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
