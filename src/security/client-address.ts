import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { TrustedProxies } from '../config/trusted-proxies.js';

/** IPv4 addresses mapped to IPv6. */
const MAPPED = /^::ffff:(?=\d+\.)/i;
/** Maximum number of addresses read from X-Forwarded-For: nobody has more proxies. */
const FORWARDED_MAX = 20;

/** Determines the client address of a request, using the headers of trusted proxies. */
export class ClientAddress {
  readonly #trusted: (address: string, hop: number) => boolean;

  constructor(proxies: TrustedProxies) {
    this.#trusted = 'hops' in proxies ? (_, hop) => hop < proxies.hops : inNetworks(proxies);
  }

  /** Whether an address is a trusted proxy; a function in Fastify's format. */
  readonly isTrusted = (address: string, hop: number): boolean => this.#trusted(address, hop);

  /** Returns the client's address; `unknown` if the connection is already closed. */
  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    const direct = socket.remoteAddress ?? 'unknown';
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined || !this.#trusted(direct, 0)) return direct;
    return this.#lastUntrusted(direct, String(forwarded));
  }

  /** Walks back from the nearest proxy: each trusted one names the address before it. */
  #lastUntrusted(direct: string, forwarded: string): string {
    let address = direct;
    const chain = forwarded.split(',').slice(-FORWARDED_MAX).toReversed();
    for (const [index, claimed] of chain.entries()) {
      if (!this.#trusted(address, index)) return address;
      const next = claimed.trim();
      // The proxy wrote no valid address: use the last valid one.
      if (isIP(next) === 0) return address;
      address = next;
    }
    return address;
  }
}

function inNetworks({ networks }: { networks: readonly string[] }) {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address: string): boolean => {
    const plain = address.replace(MAPPED, '');
    return isIP(plain) !== 0 && list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}
