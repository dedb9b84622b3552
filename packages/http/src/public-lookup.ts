import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { FileSourceError } from '@filesource/core';
import { isPrivateAddress } from './private-address.ts';

/** Looks a name up as `dns.lookup` does with `all`. */
export type LookupAll = (hostname: string, options: object, callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;

const systemLookup: LookupAll = (hostname, options, callback) => lookup(hostname, { ...options, all: true }, callback);

/**
 * A `lookup` for sockets that gives public addresses only, so the address that was checked is the one connected to.
 * - Names of which `mayBePrivate` is true lead anywhere.
 * - Fails with `host-refused` when a name has none. A URL that holds an address is never looked up: check it before.
 */
export function publicLookup(lookupAll: LookupAll = systemLookup, mayBePrivate: (hostname: string) => boolean = () => false): LookupFunction {
  return (hostname, options, callback) => {
    lookupAll(hostname, options, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed = mayBePrivate(hostname) ? addresses : addresses.filter(({ address }) => !isPrivateAddress(address));
      const [first] = allowed;
      if (first === undefined) callback(privateRefused(hostname), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

export function privateRefused(host: string): FileSourceError {
  return new FileSourceError('host-refused', `${host} leads to a private address, and nobody allowed that`, {
    advice: 'If this host is meant to be reached, add its full name to allowHosts of the source.',
  });
}
