import { Inject, Injectable } from '@nestjs/common';
import { NetworkList, parseAddress } from '../common/network-list.js';
import { CONFIG, type Config } from '../config/config.js';
import { OwnAddresses } from './own-addresses.js';
import { isPublicAddress } from './public-address.js';

/** Below this a port is a system service's (RFC 6335 6), but for the web's two. */
const SYSTEM_PORTS = 1_024;
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);
/**
 * What is often open to neighbours without a password, and does something for whoever posts to it:
 * databases, caches, queues, and what runs containers and machines.
 */
const INTERNAL_PORTS: ReadonlySet<number> = new Set([
  1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 4646, 5432, 5672, 5900, 5984,
  5985, 5986, 6379, 6443, 7001, 8086, 8200, 8500, 9000, 9042, 9092, 9200, 9300, 10250, 10255, 11211,
  15672, 27017,
]);

/** Which addresses webhooks may connect to. */
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

  /** Before an attempt: what this machine is called may lead to another address now. */
  refresh(): Promise<void> {
    return this.own.refresh();
  }

  /**
   * Public addresses, and those in a network that the operator allows. Never this machine itself by a
   * network: whoever allows their LAN, which it is in, means the others. Its address has to be named.
   */
  isAllowed(text: string): boolean {
    const address = parseAddress(text);
    if (address === null || this.#refused.has(address)) return false;
    if (this.#allowed.names(address)) return true;
    if (this.own.list().has(address.toString()) || address.range() === 'loopback') return false;
    return this.#allowed.has(address) || isPublicAddress(text);
  }

  /** Whether a receiver may listen on a port. */
  isPortAllowed(port: number): boolean {
    return WEB_PORTS.has(port) || (port >= SYSTEM_PORTS && !INTERNAL_PORTS.has(port));
  }
}
