import ipaddr from 'ipaddr.js';
import { parseAddress } from '../common/network-list.js';

/** RFC 4291 2.4: what is given to the Internet's hosts. Deprecated forms, such as ::1.2.3.4, are not in it. */
const GLOBAL: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an IP address may be a server of the public Internet: not private, loopback, link-local,
 * multicast, reserved, nor one of these in an IPv6 address. False for what is no address.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address === null || address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL);
}
