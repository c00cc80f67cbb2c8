import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** How a client's request came here: what tells which of our addresses it can reach. */
export type ClientPath = Readonly<{
  /** Our address that the client itself connected to; null: a proxy did, or it isn't known. */
  localAddress: string | null;
  /** The client's address; null: it isn't known. */
  clientAddress: string | null;
  /** The address in the request's Host, where it is one. */
  hostAddress: string | null;
}>;

/** IPv4 addresses that came over an IPv6 socket; without the zone of link-local ones. */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * @param clientAddress as found with the trusted proxies' word
 */
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
    // Of a proxy that isn't trusted the one in front is not known.
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

function plain(address: string | undefined): string | null {
  const text = (address ?? '').replace(MAPPED, '').replace(/%.*$/, '');
  return isIP(text) === 0 ? null : text;
}
