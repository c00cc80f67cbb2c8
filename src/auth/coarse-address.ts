import { isIPv4, isIPv6 } from 'node:net';

/** IPv4 addresses that came over an IPv6 socket. */
const MAPPED = /^::ffff:(?=\d)/i;

/**
 * The network of an address, for people to recognise a log-in by, too coarse to tell a household:
 * `203.0.x.x`, `2001:db8::/32`. Empty when it is no address.
 */
export function coarseAddress(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 2).join('.')}.x.x`;
  if (!isIPv6(plain)) return '';
  return `${groups(plain).slice(0, 2).join(':')}::/32`;
}

/**
 * What counts as one address for limits: an IPv6 network of 64 bits is one customer's, who can use all
 * of its addresses at once.
 */
export function addressBlock(address: string): string {
  // As it is: nearly every request asks.
  if (!address.includes(':')) return address;
  const plain = address.replace(MAPPED, '');
  return isIPv6(plain) ? `${groups(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** How many addresses' worth all networks of one IPv6 site may have and do together. */
export const SITE_SHARE = 16;

/**
 * The IPv6 site of 48 bits that an address is in, which one customer can have (RFC 6177), and a mobile
 * operator for some of its many; null for IPv4, where an address is scarce.
 */
export function addressSite(address: string): string | null {
  if (!address.includes(':')) return null;
  const plain = address.replace(MAPPED, '');
  return isIPv6(plain) ? `${groups(plain).slice(0, 3).join(':')}::/48` : null;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groups(address: string): string[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last].map((group) =>
    group.replace(/^0+(?=.)/, '').toLowerCase(),
  );
}
