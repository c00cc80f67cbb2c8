import ipaddr from 'ipaddr.js';
import { parseAddress } from '../../common/network-list.js';

/**
 * The network of global unicast addresses (RFC 4291, section 2.4). It excludes deprecated forms
 * such as ::1.2.3.4.
 */
const GLOBAL: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an IP address is on the public Internet. It must not be private, loopback, link-local,
 * multicast or reserved, and must not be an IPv6 address that contains such an IPv4 address. False
 * for invalid addresses.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address === null || address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL);
}
