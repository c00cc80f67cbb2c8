import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The path of a client's request, which shows which of our addresses it can reach. */
export type ClientPath = Readonly<{
  /** Our address that the client connected to; null: unknown, or it came through a proxy. */
  localAddress: string | null;
  /** The client's address; null: unknown. */
  clientAddress: string | null;
  /** The IP address in the request's Host header, if it is one. */
  hostAddress: string | null;
}>;

/** IPv4-mapped IPv6 addresses; link-local addresses lose their zone. */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** @param clientAddress as determined from trusted proxies */
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

function plain(address: string | undefined): string | null {
  const text = (address ?? '').replace(MAPPED, '').replace(/%.*$/, '');
  return isIP(text) === 0 ? null : text;
}
