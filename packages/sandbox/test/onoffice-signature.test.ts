import { describe, expect, test } from '@jest/globals';
import { readAction } from '../src/onoffice/action.ts';
import { checkSignature, signAction } from '../src/onoffice/signature.ts';
import { documentedQuirks, type OnOfficeQuirks } from '../src/onoffice/quirks.ts';

const A = 'urn:onoffice-de-ns:smart:2.5:smartml:action:';
const vectors = [
  ['mgjIQkNRnaqggVzy9cZW', 'yOJobbhGLXdp90XxvxedFhH7073L9U', 123456789, 'estateCategories', 'get', 'dsvg3r4AFcQXges0MZ+3auzQVfnEB39pLkKSgmm9Wvg='],
  ['testtoken', 'testsecret', 1646228220, 'calendar', 'read', 'w6ifKMmAdJoKhu0vl2twvfP+ltyOTQ7LqLpvsZkOnlg='],
  ['testtoken', 'testsecret', 1646228220, 'file', 'get', 'MMVxOB/NKvTPWyUJIOQ1B/wbN15nUbPjdB0sxTInDqc='],
  ['testtoken', 'testsecret', 1646228220, 'downloadFiles', 'get', 'aI1xJ9iRBa1o/19NZcifA8QEnEaN/s5oN4IeUKMUf1g='],
] as const;

describe('HMAC v2', () => {
  test.each(vectors)('%s, %s, %d, %s/%s is signed as published', (token, secret, timestamp, resourcetype, kind, hmac) => {
    expect(signAction(secret, { timestamp, token, resourcetype, actionid: A + kind })).toBe(hmac);
  });

  test('a timestamp as text signs the same digits', () => {
    const [token, secret, timestamp, resourcetype, kind, hmac] = vectors[0];
    expect(signAction(secret, { timestamp: String(timestamp), token, resourcetype, actionid: A + kind })).toBe(hmac);
  });
});

describe('an action is checked', () => {
  const [token, secret, timestamp, resourcetype, kind, hmac] = vectors[2];
  const good = { actionid: A + kind, resourceid: 'address', resourcetype, identifier: '', timestamp, hmac, hmac_version: '2', parameters: {} };
  const check = (changes: object, nowMs = timestamp * 1000, quirks: Partial<OnOfficeQuirks> = {}) => {
    return () => checkSignature(readAction({ ...good, ...changes }), token, secret, nowMs, { ...documentedQuirks(), ...quirks });
  };
  const errorcode = (code: number): Error => expect.objectContaining({ errorcode: code }) as unknown as Error;

  test.each([[{}], [{ timestamp: String(timestamp) }], [{ hmac_version: 2 }], [{ resourceid: 'appointment' }], [{ parameters: { addressid: 1 } }], [{ identifier: 'x' }]])(
    'and passes with %j',
    (changes) => {
      expect(check(changes)).not.toThrow();
    },
  );

  const hex = Buffer.from(hmac, 'base64').toString('hex');
  test.each([
    ['no hmac', { hmac: undefined }],
    ['an empty hmac', { hmac: '' }],
    ['the digest in hex', { hmac: hex }],
    ['no padding', { hmac: hmac.slice(0, -1) }],
    ['one other sign', { hmac: `N${hmac.slice(1)}` }],
    ['no hmac_version', { hmac_version: undefined }],
    ['hmac_version 1', { hmac_version: 1 }],
    ['another timestamp', { timestamp: timestamp + 1 }],
    ['no timestamp', { timestamp: undefined }],
    ['another resource type', { resourcetype: 'downloadFiles' }],
    ['another action', { actionid: `${A}read` }],
  ])('and is refused with 137 for %s', (_what, changes) => {
    expect(check(changes)).toThrow(errorcode(137));
  });

  test('and is refused with 243 for an hmac that is no text', () => {
    expect(check({ hmac: 5 })).toThrow(errorcode(243));
  });

  test.each([-120, -119, 119, 120])('and passes with a clock that is off by %d seconds', (off) => {
    expect(check({}, (timestamp + off) * 1000)).not.toThrow();
  });

  test.each([-7200, -121, 121, 3600])('and is refused with 136 with a clock that is off by %d seconds', (off) => {
    expect(check({}, (timestamp + off) * 1000)).toThrow(errorcode(136));
    expect(check({}, (timestamp + off) * 1000)).toThrow('Your timestamp is too old or your server time is wrong.');
  });

  test('and exactly 120 seconds fail when the quirk says so', () => {
    expect(check({}, (timestamp + 120) * 1000, { clockEdge: 'fails' })).toThrow(errorcode(136));
    expect(check({}, (timestamp + 119) * 1000, { clockEdge: 'fails' })).not.toThrow();
  });

  test('and the other text for 136 can be had', () => {
    expect(check({}, 0, { clockMessage: 'timestamp-invalid' })).toThrow('timestamp invalid');
  });
});
