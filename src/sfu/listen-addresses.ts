import type { NetworkInterfaceInfo } from 'node:os';
import type { types } from 'mediasoup';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

type Options = {
  /** The addresses at which clients reach the server; empty for this machine's own addresses. */
  announcedAddresses: readonly string[];
  /** The port; 0 for any free port. */
  port: number;
  interfaces: Interfaces;
};

/**
 * Returns the addresses on which one worker listens, UDP before TCP. If addresses are announced,
 * the worker listens on all interfaces, and its candidates contain the first announced address
 * ({@link announcedCandidates} adds the others). Otherwise it listens on each address of this
 * machine, so that both pages on the machine itself and pages on the same network find a working
 * candidate.
 */
export function listenInfos({
  announcedAddresses,
  port,
  interfaces,
}: Options): types.TransportListenInfo[] {
  const [announcedAddress] = announcedAddresses;
  const places =
    announcedAddress === undefined
      ? ownAddresses(interfaces).map((ip) => ({ ip }))
      : [{ ip: '0.0.0.0', announcedAddress }];
  return (['udp', 'tcp'] as const).flatMap((protocol) =>
    places.map((place) => ({ protocol, ...place, ...(port === 0 ? {} : { port }) })),
  );
}

/**
 * Returns a transport's candidates, repeated for each announced address, because mediasoup supports
 * only one announced address per socket and several sockets can't share a port.
 */
export function announcedCandidates(
  candidates: readonly types.IceCandidate[],
  announcedAddresses: readonly string[],
): types.IceCandidate[] {
  if (announcedAddresses.length < 2) return [...candidates];
  return announcedAddresses.flatMap((address) =>
    // `ip` is the field's name in older versions of mediasoup-client.
    candidates.map((candidate) => ({ ...candidate, address, ip: address })),
  );
}

/**
 * Returns the IPv4 addresses, loopback first, except those of virtual container bridges, on which
 * there are no viewers.
 */
function ownAddresses(interfaces: Interfaces): string[] {
  const others = Object.entries(interfaces)
    .filter(([name]) => !/^(docker|br-|veth|virbr|cni|flannel)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return ['127.0.0.1', ...new Set(others)];
}
