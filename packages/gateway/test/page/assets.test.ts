import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type World } from '../support/gateway.ts';

describe('what the page is made of', () => {
  let world: World;
  let html: string;
  beforeAll(async () => {
    world = await startWorld();
    html = await (await world.get('/', { token: null })).text();
  });
  afterAll(() => world.close());

  it('is there without a token, is asked for each time, and allows nothing that is not its own', async () => {
    const { status, headers } = await world.get('/', { token: null });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toContain('unsafe');
  });

  it('has files under the hash of their content, which are kept for good', async () => {
    const paths = [...html.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const response = await world.get(path, { token: null });
      expect({ path, status: response.status, caching: response.headers.get('cache-control') }).toEqual({ path, status: 200, caching: 'public, max-age=31536000, immutable' });
      expect(response.headers.get('content-type')).toMatch(path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
    }
  });

  it('has no file under another hash, and none that is not part of the page', async () => {
    const [, hash = ''] = /\/page\/([0-9a-f]+)\/main\.js/.exec(html) ?? [];
    for (const path of ['/page/0000000000000000/main.js', `/page/${hash}/main.d.ts`, `/page/${hash}/..%2f..%2fpackage.json`, `/page/${hash}/.tsbuildinfo`, `/page/${hash}/`]) {
      expect({ path, status: (await world.get(path, { token: null })).status }).toEqual({ path, status: 404 });
    }
  });

  it('names no other host', async () => {
    const scripts = [...html.matchAll(/"(\/page\/[^"]+)"/g)].map((match) => match[1] ?? '');
    for (const path of ['/', ...scripts]) {
      const text = (await (await world.get(path, { token: null })).text()).replaceAll('http://www.w3.org/2000/svg', '');
      expect({ path, hosts: text.match(/(?:https?:)?\/\/[a-z0-9][\w.-]*\.[a-z]{2,}/gi) }).toEqual({ path, hosts: null });
    }
  });

  it('comes packed to whoever takes it packed, and as it is to others', async () => {
    const path = /"(\/page\/[^"]+main\.js)"/.exec(html)?.[1] ?? '';
    const plain = await world.get(path, { token: null, headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const packed = await world.get(path, { token: null, headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toBe('accept-encoding');
    expect(await packed.text()).toBe(await plain.text());
  });
});
