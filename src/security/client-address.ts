import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { all } from '@fastify/proxy-addr';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NetworkList, parseAddress } from '../common/network-list.js';
import type { TrustedProxies } from '../config/trusted-proxies.js';

/** Determines the client address of a request, using the headers of trusted proxies. */
export class ClientAddress {
  readonly #trusted: (address: string, hop: number) => boolean;

  constructor(proxies: TrustedProxies) {
    this.#trusted = 'hops' in proxies ? (_, hop) => hop < proxies.hops : inNetworks(proxies);
  }

  /** Whether an address is a trusted proxy. The signature is that of Fastify's `trustProxy`. */
  readonly isTrusted = (address: string, hop: number): boolean => this.#trusted(address, hop);

  /**
   * Returns the nearest address that isn't a trusted proxy; `unknown` if the connection is already
   * closed. If a trusted proxy reports something that isn't an address, returns the proxy's own
   * address.
   */
  of(request: IncomingMessage): string {
    const direct = request.socket.remoteAddress;
    if (direct === undefined) return 'unknown';
    // This starts with the connection's address and ends with the nearest address that isn't
    // trusted.
    const chain = all(request, this.isTrusted);
    const invalid = chain.findIndex((address) => isIP(address) === 0);
    return chain[(invalid === -1 ? chain.length : invalid) - 1] ?? direct;
  }
}

/** Sets `request.ip` to the address that {@link ClientAddress} returns, which sockets also use. */
export function readClientAddresses(app: NestFastifyApplication, clients: ClientAddress): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request) => {
      Object.defineProperty(request, 'ip', { value: clients.of(request.raw) });
    });
}

function inNetworks({ networks }: { networks: readonly string[] }) {
  const list = new NetworkList(networks);
  return (text: string): boolean => {
    const address = parseAddress(text);
    return address !== null && list.has(address);
  };
}
