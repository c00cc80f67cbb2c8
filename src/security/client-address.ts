import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { TrustedProxies } from '../config/trusted-proxies.js';

/** IPv4 addresses that came over an IPv6 socket. */
const MAPPED = /^::ffff:(?=\d+\.)/i;
/** Addresses in X-Forwarded-For that are looked at: nobody has more proxies. */
const FORWARDED_MAX = 20;

/** Finds out which address a request is from, with the word of those proxies that are trusted. */
export class ClientAddress {
  readonly #trusted: (address: string, hop: number) => boolean;

  constructor(proxies: TrustedProxies) {
    this.#trusted = 'hops' in proxies ? (_, hop) => hop < proxies.hops : inNetworks(proxies);
  }

  /** Whether the one that connected may say for whom it does; in the form that Fastify asks in. */
  readonly isTrusted = (address: string, hop: number): boolean => this.#trusted(address, hop);

  /** The client's address; of one that is lost already, `unknown`. */
  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    const direct = socket.remoteAddress ?? 'unknown';
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined || !this.#trusted(direct, 0)) return direct;
    return this.#lastUntrusted(direct, String(forwarded));
  }

  /** From the nearest on: each trusted one tells who was in front of it. */
  #lastUntrusted(direct: string, forwarded: string): string {
    let address = direct;
    const chain = forwarded.split(',').slice(-FORWARDED_MAX).toReversed();
    for (const [index, claimed] of chain.entries()) {
      if (!this.#trusted(address, index)) return address;
      const next = claimed.trim();
      // A proxy that doesn't write addresses: what is known is better than what isn't one.
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
