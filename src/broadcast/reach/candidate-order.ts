import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { TransportOptions } from '../../protocol/rtc.js';
import type { ClientPath } from '../../common/client-path.js';
import { NetworkList, parseAddress } from '../../common/network-list.js';

type Candidate = TransportOptions['iceCandidates'][number];
type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

const LOOPBACK = new NetworkList(['127.0.0.0/8', '::1/128']);
/** Addresses that are unreachable from the Internet (RFC 1918, 6598, 3927, 4193, 4291). */
const PRIVATE = new NetworkList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]);

/**
 * Sorts the server's candidates by how likely it is that this client can reach them, with TCP after
 * UDP, and sets their priorities accordingly. Some clients use only the first candidate.
 * @param interfaces the result of `networkInterfaces()`
 */
export function candidatesFor(
  path: ClientPath,
  candidates: readonly Candidate[],
  interfaces: Interfaces,
): Candidate[] {
  const preferred = preferredAddresses(path, interfaces);
  const fromThisMachine = [path.localAddress, path.clientAddress].some(isLoopback);
  const fromInternet = path.clientAddress !== null && isPublic(path.clientAddress);
  const ranks = ({ address, protocol }: Candidate): number[] => [
    Number(protocol === 'tcp'),
    Number(isLoopback(address) && !fromThisMachine),
    Number(fromInternet && isPrivate(address)),
    preferred.has(address) ? 0 : 1,
  ];
  return candidates
    .toSorted((a, b) => compare(ranks(a), ranks(b)))
    .map((candidate, index) => ({ ...candidate, priority: priorityOf(candidate, index) }));
}

/** Returns addresses that the client has already reached, or that share a network with it. */
function preferredAddresses(
  { localAddress, clientAddress, hostAddress }: ClientPath,
  interfaces: Interfaces,
): ReadonlySet<string> {
  if (localAddress === null && isLoopback(clientAddress)) return new Set(['127.0.0.1']);
  const own = [localAddress ?? hostAddress].filter((address) => address !== null);
  // Media uses only IPv4, so the IPv4 addresses of the same interface are used for an IPv6 client.
  const cards = Object.values(interfaces).map((addresses) => addresses ?? []);
  const beside = cards
    .filter((addresses) => addresses.some(({ address }) => own.includes(address)))
    .flat();
  const near = localAddress === null ? cards.flat().filter((one) => holds(one, clientAddress)) : [];
  return new Set([
    ...own,
    ...(own.some(isIPv4) ? [] : beside.map(addressOf)),
    ...near.map(addressOf),
  ]);
}

const addressOf = ({ address }: NetworkInterfaceInfo) => address;

/** Whether an address is in the network of one of the server's interfaces. */
function holds({ cidr, internal }: NetworkInterfaceInfo, address: string | null): boolean {
  return address !== null && cidr !== null && !internal && isIn(new NetworkList([cidr]), address);
}

/**
 * Returns the priority of a host candidate, component 1 (RFC 8445 5.1.2.1); TCP ranks below UDP
 * (RFC 6544 4.2).
 */
function priorityOf({ protocol }: Candidate, index: number): number {
  const localPreference = (protocol === 'tcp' ? 0x7fff : 0xffff) - index;
  return 126 * 2 ** 24 + localPreference * 2 ** 8 + 255;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, rank] of a.entries()) {
    const difference = rank - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function isLoopback(address: string | null): boolean {
  return address !== null && isIn(LOOPBACK, address);
}

function isPrivate(address: string): boolean {
  return isIn(PRIVATE, address);
}

function isPublic(address: string): boolean {
  return parseAddress(address) !== null && !isLoopback(address) && !isPrivate(address);
}

/** Whether an address is in a list; false for host names. */
function isIn(list: NetworkList, address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && list.has(parsed);
}
