import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPrivateAddress, isPrivateHost } from '../src/private-address.ts';
import { publicLookup, type LookupAll } from '../src/public-lookup.ts';

describe('private addresses', () => {
  it.each([
    '127.0.0.1', '127.1.2.3', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.18.0.1',
    '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd12::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b::a00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1', '100::1',
    'not an address', '',
  ])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])('%s is public', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  it('sees an address through its form as IPv6, for every IPv4 address', () => {
    fc.assert(fc.property(fc.ipV4(), (address) => expect(isPrivateAddress(`::ffff:${address}`)).toBe(isPrivateAddress(address))));
  });

  it.each([['[::1]', true], ['localhost', true], ['a.localhost', true], ['127.0.0.1', true], ['files.example.com', false], ['8.8.8.8', false]])('the host %s counts as private: %s', (host, expected) => {
    expect(isPrivateHost(host)).toBe(expected);
  });
});

describe('publicLookup', () => {
  const found = (...addresses: string[]): LookupAll => (_name, _options, callback) => callback(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  const look = (lookup: LookupAll, all: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => publicLookup(lookup)('files.example.com', { all }, (error, address) => (error === null ? resolve(address) : reject(error))));

  it('gives public addresses only', async () => {
    expect(await look(found('10.0.0.1', '8.8.8.8', '::1'), true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await look(found('fd00::1', '8.8.4.4'), false)).toBe('8.8.4.4');
  });

  it('refuses a name that leads to private addresses only', async () => {
    await expect(look(found('169.254.169.254'), true)).rejects.toMatchObject({ kind: 'host-refused', message: expect.stringContaining('files.example.com') });
  });

  it('hands on that a name is not known', async () => {
    const unknown: LookupAll = (_name, _options, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    await expect(look(unknown, true)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
