import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { NetworkList, parseAddress } from '../../common/network-list.js';
import { CONFIG, type Config } from '../../config/config.js';
import { OwnAddresses } from './own-addresses.js';
import { isPublicAddress } from './public-address.js';

/**
 * Ports below this are for system services (RFC 6335, section 6); of these, only 80 and 443 are
 * allowed.
 */
const SYSTEM_PORTS = 1_024;
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);
/**
 * The ports of services that often accept local requests without a password: databases, caches,
 * queues, container orchestrators, and remote administration.
 */
const INTERNAL_PORTS: ReadonlySet<number> = new Set([
  1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 4646, 5432, 5672, 5900, 5984,
  5985, 5986, 6379, 6443, 7001, 8086, 8200, 8500, 9000, 9042, 9092, 9200, 9300, 10250, 10255, 11211,
  15672, 27017,
]);

/**
 * Reports that the host has no allowed address or no address at all. The two cases must be
 * indistinguishable.
 */
export class NoAllowedAddress extends Error {}

/** Decides which of the addresses that users choose this server can connect to. */
@Injectable()
export class AddressRule {
  readonly #allowed: NetworkList;
  readonly #refused: NetworkList;

  constructor(
    private readonly own: OwnAddresses,
    @Inject(CONFIG) { webhooks }: Config,
  ) {
    this.#allowed = new NetworkList(webhooks.allowedNetworks);
    this.#refused = new NetworkList(webhooks.refusedNetworks);
  }

  /**
   * Resolves this machine's names again. Must be called before each attempt, because their
   * addresses may have changed.
   */
  refresh(): Promise<void> {
    return this.own.refresh();
  }

  /**
   * Whether the server can connect to an address. It must be public or in a network that the
   * operator allows, and must not be in one that the operator refuses. An address of this machine
   * must itself be listed, even if it is in an allowed network, because an operator who allows a
   * LAN means the other machines.
   */
  isAllowed(text: string): boolean {
    const address = parseAddress(text);
    if (address === null || this.#refused.has(address)) return false;
    if (this.#allowed.names(address)) return true;
    if (this.own.list().has(address.toString()) || address.range() === 'loopback') return false;
    return this.#allowed.has(address) || isPublicAddress(text);
  }

  /** Whether the server can connect to a port. */
  isPortAllowed(port: number): boolean {
    return WEB_PORTS.has(port) || (port >= SYSTEM_PORTS && !INTERNAL_PORTS.has(port));
  }

  /**
   * Resolves a name to its allowed addresses. The connection is made to exactly the address that
   * was checked, because the name is resolved only once, by the connection itself.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error ? [] : addresses.filter(({ address }) => this.isAllowed(address));
      const [first] = allowed;
      if (first === undefined) return callback(new NoAllowedAddress(), '');
      return options.all === true
        ? callback(null, allowed satisfies LookupAddress[])
        : callback(null, first.address, first.family);
    });
  };

  /**
   * Checks a host before a connection is made. A numeric address isn't resolved, so {@link lookup}
   * wouldn't check it.
   * @throws {NoAllowedAddress}
   */
  async assertAllowed(host: string): Promise<void> {
    await this.refresh();
    if (isIP(host) !== 0 && !this.isAllowed(host)) throw new NoAllowedAddress();
  }
}
