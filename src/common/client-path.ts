import type { IncomingMessage } from 'node:http';
import { parseAddress } from './network-list.js';

/**
 * The addresses of a client's request. They indicate which of the server's addresses the client
 * can probably reach.
 */
export type ClientPath = Readonly<{
  /**
   * The server's address that the client connected to; null if unknown, or if it connected through
   * a proxy.
   */
  localAddress: string | null;
  /** The client's address; null if unknown. */
  clientAddress: string | null;
  /** The host that the client requested, if it is an IP address; otherwise null. */
  hostAddress: string | null;
}>;

/** @param clientAddress the client's address, as reported by trusted proxies */
export function clientPath(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  clientAddress: string,
): ClientPath {
  const direct = plain(socket.remoteAddress);
  const client = plain(clientAddress);
  const isForwarded = ['x-forwarded-for', 'forwarded', 'x-real-ip'].some(
    (name) => headers[name] !== undefined,
  );
  const isDirect = !isForwarded && client === direct;
  return {
    localAddress: isDirect ? plain(socket.localAddress) : null,
    // Behind an untrusted proxy the client's address is unknown.
    clientAddress: isForwarded && client === direct ? null : client,
    hostAddress: plain(hostOf(headers)),
  };
}

function hostOf({ host = '', 'x-forwarded-host': forwarded }: IncomingMessage['headers']): string {
  const name = (typeof forwarded === 'string' ? forwarded.split(',', 1)[0] : undefined) ?? host;
  return name
    .trim()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

/**
 * Returns an address in its canonical form, which is IPv4 for an IPv4-mapped IPv6 address; null if
 * invalid.
 */
const plain = (address: string | undefined): string | null =>
  parseAddress(address ?? '')?.toString() ?? null;
