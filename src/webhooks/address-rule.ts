import { Inject, Injectable } from '@nestjs/common';
import { NetworkList, parseAddress } from '../common/network-list.js';
import { CONFIG, type Config } from '../config/config.js';
import { OwnAddresses } from './own-addresses.js';
import { isPublicAddress } from './public-address.js';

/**
 * Ports below this belong to system services (RFC 6335 6); of these, only 80 and 443 are allowed.
 */
const SYSTEM_PORTS = 1_024;
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);
/**
 * Ports of services that often accept local requests without a password: databases, caches, queues,
 * container orchestrators, and remote administration.
 */
const INTERNAL_PORTS: ReadonlySet<number> = new Set([
  1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 4646, 5432, 5672, 5900, 5984,
  5985, 5986, 6379, 6443, 7001, 8086, 8200, 8500, 9000, 9042, 9092, 9200, 9300, 10250, 10255, 11211,
  15672, 27017,
]);

/** Decides which addresses webhooks can connect to. */
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
   * Whether webhooks can connect to an address: it must be public or in a network that the operator
   * allows, and in none that the operator refuses. Allowing a network doesn't allow this machine's
   * own addresses in it, because an operator who allows a LAN means the other machines. To allow
   * this machine, its address has to be listed.
   */
  isAllowed(text: string): boolean {
    const address = parseAddress(text);
    if (address === null || this.#refused.has(address)) return false;
    if (this.#allowed.names(address)) return true;
    if (this.own.list().has(address.toString()) || address.range() === 'loopback') return false;
    return this.#allowed.has(address) || isPublicAddress(text);
  }

  /** Whether webhooks can connect to a port. */
  isPortAllowed(port: number): boolean {
    return WEB_PORTS.has(port) || (port >= SYSTEM_PORTS && !INTERNAL_PORTS.has(port));
  }
}
