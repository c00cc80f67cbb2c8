import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientAddress } from './client-address.js';
import { AddressCounts } from './address-limits.js';

/** Maximum number of TCP connections per address: a browser opens six, and one for its socket. */
const CONNECTIONS_PER_ADDRESS_MAX = 300;
/** Maximum number of all connections; more would leave too few file descriptors for the rest. */
const CONNECTIONS_MAX = 30_000;

/** Limits on slow clients, milliseconds; Fastify and Node set none by default. */
export const SLOW_CLIENTS = {
  /** For the whole request, with its body. */
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  /**
   * Without any traffic, such as when a client does not read its response. Longer than responses
   * wait for media.
   */
  connectionTimeout: 60_000,
  http: {
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2_000,
    /** Size of all headers, bytes. */
    maxHeaderSize: 16 * 1024,
  },
} as const;

/** Closes connections of an address above the limit. */
export function boundConnections(
  server: Server,
  { clients, factor }: { clients: ClientAddress; factor: number },
): void {
  const open = new AddressCounts(Math.ceil(CONNECTIONS_PER_ADDRESS_MAX * factor));
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    // Already closed, or a proxy, which connects for many clients.
    if (address === undefined || clients.isTrusted(address, 0)) return;
    const leave = open.enter(address);
    if (leave) socket.once('close', leave);
    else socket.destroy();
  });
}
