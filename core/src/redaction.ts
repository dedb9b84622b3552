const hidden = '[redacted]';
const shortestSecret = 4;
const urlPattern = /\b(https?:\/\/)([^\s"'<>\\]+)/gi;
const headerPattern = /\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/gi;
const apiKeyPattern = /\bsk-[0-9A-Za-z]{8,}/g;
/** A SHA-256 digest in base64, as signatures are written. */
const digestPattern = /(?<![\w+/])[\w+/]{43}=(?!=)/g;

/** A credential that no printing, logging or serialising reveals; only {@link Secret.reveal} does. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** A URL fit for messages and logs: no user, no query, no fragment, since any of them may carry a signature. */
export function redactUrl(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search === '' ? '' : '?…'}`;
  } catch {
    return url.replace(/[?#].*$/s, '?…');
  }
}

/**
 * Removes what must never be seen from any text.
 * - Every secret that was added, also in its URL-encoded form.
 * - The query of every URL, whoever wrote it: signed links keep their signature there.
 * - What looks like an authorization value, an API key or a signature.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  add(secret: string | Secret): void {
    const value = typeof secret === 'string' ? secret : secret.reveal();
    if (value.length < shortestSecret) return;
    this.#secrets.add(value);
    const encoded = encodeURIComponent(value);
    if (encoded !== value) this.#secrets.add(encoded);
    const quoted = JSON.stringify(value).slice(1, -1);
    if (quoted !== value) this.#secrets.add(quoted);
  }

  redact(text: string): string {
    let safe = text;
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      if (safe.includes(secret)) safe = safe.replaceAll(secret, hidden);
    }
    return safe
      .replace(urlPattern, (whole) => redactUrl(whole))
      .replace(headerPattern, (_whole, scheme: string) => `${scheme} ${hidden}`)
      .replace(apiKeyPattern, hidden)
      .replace(digestPattern, hidden);
  }
}
