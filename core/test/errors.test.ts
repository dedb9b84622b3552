import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { errorKinds, FileSourceError, inContext, Redactor, redactUrl, Secret, toFileSourceError } from '@filesource/core';

const secret = 'q8Zr+/Secret=Value';
const signedLink = 'https://files.example.com/get.php?params=abc%2Bdef&sig=123';

function contextWithSecret(): { source: string; provider: string; redactor: Redactor } {
  const redactor = new Redactor();
  redactor.add(new Secret(secret));
  return { source: 'contacts', provider: 'memory', redactor };
}

describe('an error', () => {
  it('is recognised by its brand, also when another copy of the package made it', () => {
    const stranger = { kind: 'not-found', [Symbol.for('@filesource/core/FileSourceError')]: true };
    expect(FileSourceError.is(stranger)).toBe(true);
    expect(FileSourceError.is(stranger, 'conflict')).toBe(false);
    expect(FileSourceError.is(new Error('not ours'))).toBe(false);
  });

  it('is temporary or permanent by its kind unless the thrower says otherwise', () => {
    expect(new FileSourceError('rate-limited', 'x').status).toBe('temporary');
    expect(new FileSourceError('not-found', 'x').status).toBe('permanent');
    expect(new FileSourceError('vendor-protocol', 'x', { status: 'temporary' }).status).toBe('temporary');
    expect(errorKinds).toContain(new FileSourceError('not-found', 'x').kind);
  });

  it('tells where, what and what to do in one line', () => {
    const error = new FileSourceError('not-found', 'there is no such file', { ref: 'contacts:1/2', vendorCode: '127', advice: 'List the folder.' });
    expect(error.describe()).toBe('contacts:1/2: there is no such file (vendor code 127) List the folder.');
  });

  it('keeps the facts that are already known when others are added', () => {
    const error = new FileSourceError('not-found', 'x', { source: 'inner' }).with({ source: 'outer', operation: 'stat' });
    expect(error).toMatchObject({ source: 'inner', operation: 'stat', kind: 'not-found' });
  });

  it('becomes aborted for an AbortError and unexpected for a stranger', () => {
    expect(toFileSourceError(AbortSignal.abort().reason).kind).toBe('aborted');
    expect(toFileSourceError(new TypeError('boom')).kind).toBe('unexpected');
    expect(toFileSourceError('boom').message).toBe('boom');
  });

  it('shows no credential and no signed link in any form, wherever the vendor put them', () => {
    const cause = Object.assign(new Error(`sent ${secret} to ${signedLink}`), { config: { headers: { authorization: secret } }, code: 'ECONNRESET' });
    const thrown = new FileSourceError('network', `no answer for token ${secret} (${encodeURIComponent(secret)}) at ${signedLink}`, { cause, advice: `ask ${signedLink}` });
    const error = inContext(thrown, contextWithSecret(), 'open', { folder: '1', file: '2' });
    for (const text of [error.message, error.describe(), JSON.stringify(error), inspect(error, { depth: 10, showHidden: true }), String(error.stack)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(encodeURIComponent(secret));
      expect(text).not.toContain('sig=123');
      expect(text).not.toContain('params=abc');
    }
    expect(error).toMatchObject({ ref: 'contacts:1/2', operation: 'open', source: 'contacts', cause: { code: 'ECONNRESET' } });
  });

  it('shows no credential in the code of a vendor, nor below a line of its message that looks like a place in our code', () => {
    const cause = new FileSourceError('vendor-failure', 'inner', { vendorCode: `Bad(${secret})` });
    const thrown = new FileSourceError('vendor-failure', `it broke\n    at send (${secret})`, { cause, vendorCode: `Bad(${secret})` });
    const error = inContext(thrown, contextWithSecret(), 'open', undefined);
    expect(error.vendorCode).toBe('Bad([redacted])');
    for (const text of [error.describe(), JSON.stringify(error), inspect(error, { depth: 10, showHidden: true }), String(error.stack)]) expect(text).not.toContain(secret);
    expect(error.stack).toContain('errors.test');
  });
});

describe('a secret', () => {
  it('shows itself only when it is asked to', () => {
    const hidden = new Secret(secret);
    expect(`${hidden} ${JSON.stringify({ hidden })} ${inspect(hidden)} ${inspect({ nested: { hidden } }, { showHidden: true, depth: 5 })}`).not.toContain(secret);
    expect(hidden.reveal()).toBe(secret);
  });
});

describe('redaction', () => {
  it('takes the query, the user and the fragment from URLs and leaves the place', () => {
    expect(redactUrl('https://user:pass@files.example.com/a/b?x=1#y')).toBe('https://files.example.com/a/b?…');
    expect(new Redactor().redact(`see "${signedLink}" there`)).toBe('see "https://files.example.com/get.php?…" there');
  });

  it('takes authorization values and API keys that nobody told it about', () => {
    const safe = new Redactor().redact('Authorization: Bearer abcdef1234567890 and sk-0123456789abcdef');
    expect(safe).not.toMatch(/abcdef1234567890|0123456789abcdef/);
  });

  it('takes signatures that a vendor echoes', () => {
    const safe = new Redactor().redact('hmac w6ifKMmAdJoKhu0vl2twvfP+ltyOTQ7LqLpvsZkOnlg= is wrong');
    expect(safe).toBe('hmac [redacted] is wrong');
  });

  it.each([
    ['a URL', encodeURIComponent],
    ['a URL with small digits', (text: string) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())],
    ['a URL whose slashes stand as they are', encodeURI],
    ['a form', (text: string) => new URLSearchParams({ text }).toString().slice('text='.length)],
    ['JSON', (text: string) => JSON.stringify(text).slice(1, -1)],
    ['JSON of PHP', (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/').replaceAll('ö', '\\u00f6')],
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    ['base64 of URLs', (text: string) => Buffer.from(text).toString('base64url')],
  ])('takes a secret as %s writes it', (_where, write) => {
    for (const value of ['p@ss "wörd"/~(1)!?>+x', 'abc123', 'ü/ü~?>ü>?'.repeat(3)]) {
      const redactor = new Redactor();
      redactor.add(value);
      expect(redactor.redact(`sent <${write(value)}> to us`)).toMatch(/^sent <\[redacted\]=*> to us$/);
    }
  });

  it('takes a password out of the base64 of a user and a password', () => {
    for (const user of ['m', 'me', 'you']) {
      const redactor = new Redactor();
      redactor.add('Correct-Horse-1');
      const sent = Buffer.from(`${user}:Correct-Horse-1`).toString('base64');
      const seen = redactor.redact(`got ${sent}`).slice('got '.length).replace('[redacted]', '');
      expect(Buffer.from(seen, 'base64').toString()).not.toMatch(/orrect|Horse|se-/);
      expect(seen.length).toBeLessThan(sent.length / 2);
    }
  });

  it('takes the longest secret first, so that none is left half-seen', () => {
    const redactor = new Redactor();
    redactor.add('abcd');
    redactor.add('abcdefgh');
    expect(redactor.redact('x abcdefgh y')).toBe('x [redacted] y');
  });
});
