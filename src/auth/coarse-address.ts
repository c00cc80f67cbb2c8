import ipaddr from 'ipaddr.js';
import { parseAddress } from '../common/network-list.js';

/**
 * Returns the network of an address, such as `203.0.x.x` or `2001:db8::/32`. It is precise enough
 * to recognize a login, but too coarse to identify a household. Returns an empty string for an
 * invalid address.
 */
export function coarseAddress(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === null) return '';
  if (parsed instanceof ipaddr.IPv6) return network(parsed, 2);
  return `${parsed.octets.slice(0, 2).join('.')}.x.x`;
}

/**
 * Returns the block that limits treat as one address. For IPv6, this is the /64 network, because
 * one customer can use all its addresses at the same time.
 */
export function addressBlock(address: string): string {
  // This is a fast path, because the function is called for nearly every request.
  if (!address.includes(':')) return address;
  const parsed = parseAddress(address);
  return parsed instanceof ipaddr.IPv6 ? network(parsed, 4) : (parsed?.toString() ?? address);
}

/** All networks of an IPv6 site together are allowed this multiple of the limit for one address. */
export const SITE_SHARE = 16;

/**
 * Returns the IPv6 /48 site of an address; null for IPv4, where addresses are scarce. A site
 * belongs to one customer (RFC 6177), except that many customers share each site of a mobile
 * operator.
 */
export function addressSite(address: string): string | null {
  if (!address.includes(':')) return null;
  const parsed = parseAddress(address);
  return parsed instanceof ipaddr.IPv6 ? network(parsed, 3) : null;
}

/** Formats the network that the first 16-bit groups of an address identify. */
function network({ parts }: ipaddr.IPv6, groups: number): string {
  const first = parts.slice(0, groups).map((group) => group.toString(16));
  return `${first.join(':')}::/${groups * 16}`;
}
