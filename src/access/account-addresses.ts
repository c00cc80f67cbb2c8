import { Inject, Injectable } from '@nestjs/common';
import { addressHash } from '../auth/address-hash.js';
import { addressBlock } from '../auth/coarse-address.js';
import { ADDRESS_BAN_MS } from './address-ban.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { Secrets } from '../secrets/secrets.js';

/** The maximum number of accounts; beyond it, the least recently seen is dropped. */
const ACCOUNTS_MAX = 20_000;
/**
 * The maximum number of addresses per account, enough for a home network and a phone. Beyond it,
 * the least recently seen is dropped.
 */
const ADDRESSES_MAX = 4;

/**
 * Stores the recent addresses of accounts, in memory only. When an account is banned, guests at
 * these addresses are banned too, so that the ban can't be evaded by logging out.
 */
@Injectable()
export class AccountAddresses {
  /**
   * The time at which each address block of each account was last seen; both maps are in order of
   * last use.
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

  /**
   * Returns the hashes, as stored with bans, of the addresses seen within the last {@link
   * ADDRESS_BAN_MS}.
   */
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
