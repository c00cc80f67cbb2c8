import { Inject, Injectable } from '@nestjs/common';
import { addressHash } from '../auth/address-hash.js';
import { addressBlock } from '../auth/coarse-address.js';
import { ADDRESS_BAN_MS } from './address-ban.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { Secrets } from '../secrets/secrets.js';

/** Maximum number of accounts; above it, the one seen longest ago is dropped. */
const ACCOUNTS_MAX = 20_000;
/**
 * Maximum number of addresses per account: a phone's networks and home. Above it, the one seen
 * longest ago is dropped.
 */
const ADDRESSES_MAX = 4;

/**
 * Remembers, in memory only, the recent addresses of accounts. A ban of an account covers guests
 * from these, so that logging out does not evade it.
 */
@Injectable()
export class AccountAddresses {
  /**
   * For each account, the time that each address block was last seen; both in order of last use.
   */
  readonly #seen = new Map<string, Map<string, number>>();

  constructor(
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  seen(accountId: string, address: string): void {
    const addresses = this.#seen.get(accountId) ?? new Map<string, number>();
    const block = addressBlock(address);
    addresses.delete(block);
    addresses.set(block, this.clock.nowMs());
    dropOldest(addresses, ADDRESSES_MAX);
    this.#seen.delete(accountId);
    this.#seen.set(accountId, addresses);
    dropOldest(this.#seen, ACCOUNTS_MAX);
  }

  /** Returns hashes of the addresses seen within {@link ADDRESS_BAN_MS}, as stored with bans. */
  hashesOf(accountId: string): string[] {
    const sinceMs = this.clock.nowMs() - ADDRESS_BAN_MS;
    return [...(this.#seen.get(accountId) ?? [])]
      .filter(([, atMs]) => atMs > sinceMs)
      .map(([block]) => addressHash(this.secrets, block));
  }
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
