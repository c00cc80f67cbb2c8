import { addressBlock, addressSite, SITE_SHARE } from '../auth/coarse-address.js';
import { OpenCounts } from '../common/open-counts.js';
import type { Rate } from '../common/token-bucket.js';
import { RateLimiter, scaled } from './rate-limiter.js';

/**
 * Limits how many items an address can have open. An IPv6 /48 site has 65,536 networks, each of
 * which counts as one address. The limit for a whole site is {@link SITE_SHARE} times that of one
 * address.
 */
export class AddressCounts {
  readonly #blocks: OpenCounts;
  readonly #sites: OpenCounts;

  /** @param max the limit per address */
  constructor(max: number) {
    this.#blocks = new OpenCounts(max);
    this.#sites = new OpenCounts(max * SITE_SHARE);
  }

  /**
   * Counts one more item. Returns an idempotent function that releases it, or null if the limit is
   * reached.
   */
  enter(address: string): (() => void) | null {
    const leaveBlock = this.#blocks.enter(addressBlock(address));
    const site = addressSite(address);
    if (leaveBlock === null || site === null) return leaveBlock;
    const leaveSite = this.#sites.enter(site);
    if (leaveSite === null) {
      leaveBlock();
      return null;
    }
    return () => {
      leaveBlock();
      leaveSite();
    };
  }
}

/**
 * Limits how often an address can do something; the rate for an IPv6 /48 site is {@link SITE_SHARE}
 * times that of one address.
 */
export class AddressRates {
  readonly #rate: Rate;
  readonly #siteRate: Rate;
  readonly #blocks = new RateLimiter();
  readonly #sites = new RateLimiter();

  /** @param rate the rate per address */
  constructor(rate: Rate) {
    this.#rate = rate;
    this.#siteRate = scaled(rate, SITE_SHARE);
  }

  /** Takes a token and returns 0, or returns the number of milliseconds to wait for one. */
  take(address: string, nowMs: number): number {
    const waitMs = this.#blocks.take(addressBlock(address), this.#rate, nowMs);
    if (waitMs > 0) return waitMs;
    const site = addressSite(address);
    return site === null ? 0 : this.#sites.take(site, this.#siteRate, nowMs);
  }
}
