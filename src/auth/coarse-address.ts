import { isIPv4, isIPv6 } from 'node:net';

/** IPv4 addresses mapped to IPv6. */
const MAPPED = /^::ffff:(?=\d)/i;

/**
 * Returns the network of an address: enough to recognize a log-in, too coarse to identify a
 * household. `203.0.x.x`, `2001:db8::/32`; empty for an invalid address.
 */
export function coarseAddress(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 2).join('.')}.x.x`;
  if (!isIPv6(plain)) return '';
  return `${groups(plain).slice(0, 2).join(':')}::/32`;
}

/**
 * Returns what limits count as one address: for IPv6, the /64 network, as one customer can use all
 * of its addresses at once.
 */
export function addressBlock(address: string): string {
  // Fast path, as nearly every request calls this.
  if (!address.includes(':')) return address;
  const plain = address.replace(MAPPED, '');
  return isIPv6(plain) ? `${groups(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** How many times the limit of one address all networks of an IPv6 site get together. */
export const SITE_SHARE = 16;

/**
 * Returns the IPv6 /48 site of an address, which one customer can have (RFC 6177) or a mobile
 * operator can share among many; null for IPv4, where addresses are scarce.
 */
export function addressSite(address: string): string | null {
  if (!address.includes(':')) return null;
  const plain = address.replace(MAPPED, '');
  return isIPv6(plain) ? `${groups(plain).slice(0, 3).join(':')}::/48` : null;
}

/** Returns the eight groups of an IPv6 address, without leading zeros. */
function groups(address: string): string[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last].map((group) =>
    group.replace(/^0+(?=.)/, '').toLowerCase(),
  );
}
