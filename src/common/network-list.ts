import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [address: Address, prefix: number];

/**
 * The IPv6 networks whose addresses contain an IPv4 address in the last bytes (RFC 4291, section
 * 2.5.5.2; RFC 6052; RFC 2765).
 */
const CARRIERS: readonly [ipaddr.IPv6, number][] = [
  [ipaddr.IPv6.parse('::ffff:0:0'), 96],
  [ipaddr.IPv6.parse('64:ff9b::'), 96],
  [ipaddr.IPv6.parse('::ffff:0:0:0'), 96],
];

/**
 * Parses an address into its canonical form, which is IPv4 for an IPv4 address embedded in IPv6.
 * Returns null if the address is invalid.
 */
export function parseAddress(text: string): Address | null {
  const plain = text.replace(/%.*$/, '');
  // The library would also accept forms such as 0x7f.1 and 2130706433, which DNS lookups never
  // return.
  if (isIP(plain) === 0) return null;
  const address = ipaddr.parse(plain);
  if (address instanceof ipaddr.IPv4) return address;
  if (!CARRIERS.some((network) => address.match(network))) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}

/** A list of addresses, and of networks in CIDR notation. */
export class NetworkList {
  readonly #networks: readonly Network[];

  /** @throws {Error} for invalid entries, which can be checked with {@link isNetwork} first */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((text) => parseNetwork(text));
  }

  has(address: Address): boolean {
    return this.#networks.some((network) => isWithin(address, network));
  }

  /** Whether the address itself is listed, and not just a network that contains it. */
  names(address: Address): boolean {
    return this.#networks.some(
      (network) => network[1] === wholeLength(network[0]) && isWithin(address, network),
    );
  }
}

/** Whether a string is an address or a network, such as `192.168.1.0/24`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && ipaddr.isValidCIDR(text));
}

function parseNetwork(text: string): Network {
  if (!isNetwork(text)) throw new Error(`${text} is not a network`);
  const address = parseAddress(text);
  return address === null ? ipaddr.parseCIDR(text) : [address, wholeLength(address)];
}

function isWithin(address: Address, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

function wholeLength(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}
