import type { NetworkInterfaceInfo } from 'node:os';
import type { types } from 'mediasoup';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

type Options = {
  /** What viewers reach the server at, or null for this machine's own addresses. */
  announcedAddress: string | null;
  /** 0: any free port. */
  port: number;
  interfaces: Interfaces;
};

/**
 * Where one worker listens, UDP before TCP. With an announced address: everywhere, and candidates
 * carry that address. Without: on each address of this machine, so that a page on the machine itself
 * and one in the same network both find a candidate that works.
 */
export function listenInfos({
  announcedAddress,
  port,
  interfaces,
}: Options): types.TransportListenInfo[] {
  const places =
    announcedAddress === null
      ? ownAddresses(interfaces).map((ip) => ({ ip }))
      : [{ ip: '0.0.0.0', announcedAddress }];
  return (['udp', 'tcp'] as const).flatMap((protocol) =>
    places.map((place) => ({ protocol, ...place, ...(port === 0 ? {} : { port }) })),
  );
}

/** IPv4 addresses, loopback first; virtual bridges of containers are left out: nobody watches from there. */
function ownAddresses(interfaces: Interfaces): string[] {
  const others = Object.entries(interfaces)
    .filter(([name]) => !/^(docker|br-|veth|virbr|cni|flannel)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return ['127.0.0.1', ...new Set(others)];
}
