import { Inject, Injectable } from '@nestjs/common';
import { addressHash } from '../auth/address-hash.js';
import { addressBlock } from '../auth/coarse-address.js';
import { ADDRESS_BAN_MS } from './address-ban.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { Secrets } from '../secrets/secrets.js';

/** Accounts that are remembered; beyond it the one that was seen longest ago is forgotten. */
const ACCOUNTS_MAX = 20_000;
/** Addresses of one account: a phone's networks and a home's. The one seen longest ago is forgotten. */
const ADDRESSES_MAX = 4;

/**
 * Where accounts were seen lately, in memory only: a ban of one covers guests who come from there. So
 * logging out is no way around it.
 */
@Injectable()
export class AccountAddresses {
  /** By account, in the order of their last sight; of each the time by address block, likewise. */
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

  /** Hashes of the addresses of the last day, as bans keep them. */
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
