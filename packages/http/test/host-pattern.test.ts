import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatHostPattern, matchesHost, parseHostPattern, patternOfUrl } from '../src/host-pattern.ts';

function allows(pattern: string, url: string): boolean {
  return matchesHost(parseHostPattern(pattern), new URL(url));
}

describe('host patterns', () => {
  it.each([
    ['files.example.com', 'https://files.example.com/a', true],
    ['files.example.com', 'https://files.example.com:8443/a', true],
    ['FILES.Example.com', 'https://files.EXAMPLE.com./a', true],
    ['files.example.com.', 'https://files.example.com/a', true],
    ['files.example.com', 'https://files.example.com.evil.net/', false],
    ['files.example.com', 'https://evil-files.example.com/', false],
    ['files.example.com', 'https://files.example.com@evil.net/', false],
    ['files.example.com:8443', 'https://files.example.com:8443/', true],
    ['files.example.com:8443', 'https://files.example.com/', false],
    ['files.example.com:443', 'https://files.example.com/', true],
    ['files.example.com:443', 'http://files.example.com/', false],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://notexample.com/', false],
    ['*.example.com:8443', 'https://a.example.com/', false],
    ['münchen.example', 'https://xn--mnchen-3ya.example/', true],
    ['127.0.0.1', 'http://2130706433/', true],
    ['127.0.0.1', 'http://0x7f.1/', true],
    ['::1', 'http://[::1]:8080/', true],
    ['[::1]', 'http://[0:0:0:0:0:0:0:1]/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['[::1]:8080', 'http://[::1]:8081/', false],
  ])('%s and %s match: %s', (pattern, url, expected) => {
    expect(allows(pattern, url)).toBe(expected);
  });

  it.each(['', '*', '*.', '*.*.com', 'a b', 'a/b', 'a@b', 'https://a', 'a:99999', 'a:b', '*.0.0.1', '*.127.0.0.1', 'a?b', 'a#b', '%2e', ':80'])('%j is refused', (text) => {
    expect(() => parseHostPattern(text)).toThrow(/is not a host pattern/);
  });

  it('holds a URL without a pattern to its own host and port', () => {
    const own = patternOfUrl(new URL('https://portal.example.com/'));
    expect(matchesHost(own, new URL('http://portal.example.com/x'))).toBe(true);
    expect(matchesHost(own, new URL('https://portal.example.com:8443/x'))).toBe(false);
    expect(formatHostPattern(own)).toEqual(['portal.example.com:80', 'portal.example.com:443']);
  });

  it('never matches a host that is neither the name nor below it, whatever the texts are', () => {
    const name = fc.domain();
    fc.assert(
      fc.property(name, name, (allowed, host) => {
        const url = new URL(`https://${host}/`);
        const below = url.hostname.endsWith(`.${new URL(`https://${allowed}`).hostname}`);
        expect(allows(`*.${allowed}`, url.href)).toBe(below);
        expect(allows(allowed, url.href)).toBe(url.hostname === new URL(`https://${allowed}`).hostname);
      }),
    );
  });

  it('says yes or throws invalid-argument, and nothing else, for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(parseHostPattern(text).name).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid-argument' });
        }
      }),
    );
  });
});
