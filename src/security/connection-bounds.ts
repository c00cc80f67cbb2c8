import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientAddress } from './client-address.js';
import { AddressCounts } from './address-limits.js';

/** TCP connections of one address: a browser has six, and one for its socket. */
const CONNECTIONS_PER_ADDRESS_MAX = 300;
/** Of all together; more would leave too few files for what else is open. */
const CONNECTIONS_MAX = 30_000;

/** How long a client may take to ask and to read, milliseconds; Fastify and Node have no bound by themselves. */
export const SLOW_CLIENTS = {
  /** The whole request, with its body. */
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  /** Nothing passes: a reader that takes nothing of its answer. Answers that wait for media come sooner. */
  connectionTimeout: 60_000,
  http: {
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2_000,
    /** All headers together, bytes. */
    maxHeaderSize: 16 * 1024,
  },
} as const;

/** Closes connections of an address that has too many, whatever they would ask for. */
export function boundConnections(
  server: Server,
  { clients, factor }: { clients: ClientAddress; factor: number },
): void {
  const open = new AddressCounts(Math.ceil(CONNECTIONS_PER_ADDRESS_MAX * factor));
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    // Gone already, or a proxy: its connections are those of many.
    if (address === undefined || clients.isTrusted(address, 0)) return;
    const leave = open.enter(address);
    if (leave) socket.once('close', leave);
    else socket.destroy();
  });
}
