import type { NetworkInterfaceInfo } from 'node:os';
import type { types } from 'mediasoup';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

type Options = {
  /** The addresses at which clients reach the server; empty for this machine's own addresses. */
  announcedAddresses: readonly string[];
  /** 0: any free port. */
  port: number;
  interfaces: Interfaces;
};

/**
 * Returns where one worker listens, UDP before TCP. With announced addresses it listens on all
 * interfaces, and its candidates carry the first address ({@link announcedCandidates} adds the
 * others). Without, it listens on each address of this machine, so that pages on the machine itself
 * and in the same network both find a candidate that works.
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
 * Returns a transport's candidates under each announced address: mediasoup supports one address per
 * socket, and several sockets cannot share a port.
 */
export function announcedCandidates(
  candidates: readonly types.IceCandidate[],
  announcedAddresses: readonly string[],
): types.IceCandidate[] {
  if (announcedAddresses.length < 2) return [...candidates];
  return announcedAddresses.flatMap((address) =>
    // `ip` is the field's name in mediasoup-client's older versions.
    candidates.map((candidate) => ({ ...candidate, address, ip: address })),
  );
}

/**
 * IPv4 addresses, loopback first; virtual container bridges are omitted, because no viewer is
 * there.
 */
function ownAddresses(interfaces: Interfaces): string[] {
  const others = Object.entries(interfaces)
    .filter(([name]) => !/^(docker|br-|veth|virbr|cni|flannel)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return ['127.0.0.1', ...new Set(others)];
}
