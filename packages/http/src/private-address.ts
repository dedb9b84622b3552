import ipaddr from 'ipaddr.js';

const globalIpv6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
const nat64 = ipaddr.parseCIDR('64:ff9b::/96') as [ipaddr.IPv6, number];

/**
 * True for every address that is not a public one: loopback, private, link-local, shared, unique-local, reserved, multicast.
 * - IPv4 inside IPv6 (mapped, NAT64) counts as the IPv4 address; what cannot be parsed counts as private.
 */
export function isPrivateAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.range() !== 'unicast';
  const ipv6 = parsed as ipaddr.IPv6;
  if (ipv6.match(nat64)) return isPrivateAddress(ipv6.toByteArray().slice(12).join('.'));
  return ipv6.range() !== 'unicast' || !ipv6.match(globalIpv6);
}

/** True for a host of a URL that is a private address, or a name that always leads to one. */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(bare)) return isPrivateAddress(bare);
  return bare === 'localhost' || bare.endsWith('.localhost');
}
