import ipaddr from 'ipaddr.js';
import { parseAddress } from '../common/network-list.js';

/** RFC 4291 2.4: global unicast. Deprecated forms, such as ::1.2.3.4, are not in it. */
const GLOBAL: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an IP address is on the public Internet: not private, loopback, link-local, multicast or
 * reserved, nor one of these embedded in an IPv6 address. False for invalid addresses.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address === null || address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL);
}
