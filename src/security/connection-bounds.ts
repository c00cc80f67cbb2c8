import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientAddress } from './client-address.js';
import { AddressCounts } from './address-limits.js';

/**
 * The maximum number of TCP connections per address. A browser opens six, plus one for its socket.
 */
const CONNECTIONS_PER_ADDRESS_MAX = 300;
/**
 * The maximum number of connections in total. More would leave too few file descriptors for
 * everything else.
 */
const CONNECTIONS_MAX = 30_000;

/** Time limits for slow clients, in milliseconds. Fastify and Node set none by default. */
export const SLOW_CLIENTS = {
  /** The time limit for receiving a whole request, including its body. */
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  /**
   * The time limit without traffic, for example if a client doesn't read its response. It is longer
   * than the time for which any response waits for media.
   */
  connectionTimeout: 60_000,
  http: {
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2_000,
    /** The maximum size of all headers, in bytes. */
    maxHeaderSize: 16 * 1024,
  },
} as const;

/** Closes new connections from addresses that have reached the limit. */
export function boundConnections(
  server: Server,
  { clients, factor }: { clients: ClientAddress; factor: number },
): void {
  const open = new AddressCounts(Math.ceil(CONNECTIONS_PER_ADDRESS_MAX * factor));
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    // Closed connections aren't counted, and neither are those of proxies, because each proxy
    // connects on behalf of many clients.
    if (address === undefined || clients.isTrusted(address, 0)) return;
    const leave = open.enter(address);
    if (leave) socket.once('close', leave);
    else socket.destroy();
  });
}
