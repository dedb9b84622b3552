// eslint-disable-next-line @n8n/community-nodes/no-restricted-imports -- n8n's helper tells no address before it connects, so the name has to be looked up here
import { lookup } from 'node:dns/promises';
import { FileSourceError } from '@filesource/core';
import { isPrivateAddress } from '@filesource/http';

/**
 * Refuses what may lead to a private address, for a request that must not reach one. n8n's helper connects by itself, so the address that
 * is checked cannot be pinned:
 * - over https the name's addresses are looked up, and one that is private is refused; a name that changes its address right afterwards
 *   reaches a server that has no certificate for that name, and is sent nothing.
 * - over plain http nothing would stop that, so a name is refused, and only a public address as it stands is taken.
 */
export async function refusePrivate(url: string): Promise<void> {
  const { protocol, hostname, host } = new URL(url);
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (/^[\d.]+$/.test(bare) || bare.includes(':')) {
    if (isPrivateAddress(bare)) throw refused(`${host} is a private address, and nobody allowed that`);
    return;
  }
  if (protocol !== 'https:') throw refused(`inside n8n, plain http to ${host} cannot be kept away from private addresses`);
  const addresses = await lookup(bare, { all: true });
  if (addresses.some(({ address }) => isPrivateAddress(address))) throw refused(`${host} leads to a private address, and nobody allowed that`);
}

function refused(message: string): FileSourceError {
  return new FileSourceError('host-refused', message, { advice: 'If this host is meant to be reached, add its full name to Allow Hosts of the credential.' });
}
