import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseUrl } from '../src/parse-url.ts';

const names = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search'] as const;

function fieldsOf(url: Readonly<Record<(typeof names)[number], string>>): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, url[name]]));
}

/** Texts that look like URLs, with all that a parser changes: case, dots, default ports, escapes, spaces, users. */
const start = fc.constantFrom('https://files.example.com/', 'http://127.0.0.1:8080/', 'HTTP://Files.Example.com/', 'https://files.example.com:443/', 'https://me:pw@files.example.com/', 'https://bücher.example/', 'http://[::1]:80/', 'http://[::1]:81/', 'https://files.example.com', 'http:files.example.com/', 'https:\\\\files.example.com/', ' https://files.example.com/', 'http://0x7f.1/', 'ftp://files.example.com/');
const piece = fc.constantFrom('a', 'B', '7', '/', '//', '.', '..', '/../', '/./', '%2e', '%2E%2e/', '%', '%zz', '?', '&a=b', '#', ' ', '\\', '\t', "'", '"', '|', '^', '{', '[', '@', ':', ';', '+', '~', '!', '*', 'ü', '\u{1F600}');
const text = fc.tuple(start, fc.array(piece, { maxLength: 8 })).map(([before, pieces]) => before + pieces.join(''));

describe('a URL', () => {
  it('is taken apart as Node does it, whatever was parsed before', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (texts) => {
        for (const one of texts) {
          if (URL.canParse(one)) expect(fieldsOf(parseUrl(one))).toEqual(fieldsOf(new URL(one)));
          else expect(() => parseUrl(one)).toThrow('a request needs an absolute URL');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('that is none is refused without a word of it', () => {
    for (const one of ['', '/files/a?sig=secret', 'files.example.com/a?sig=secret', 'http://', 'https://a b/']) expect(() => parseUrl(one)).toThrow(/^a request needs an absolute URL$/);
  });
});
