import { addressBlock, addressSite, SITE_SHARE } from '../auth/coarse-address.js';
import { OpenCounts } from '../common/open-counts.js';
import type { Rate } from '../common/token-bucket.js';
import { RateLimiter, scaled } from './rate-limiter.js';

/**
 * Limits how many of something an address can have open. An IPv6 /48 site has 65,536 networks that
 * each count as one address; together they get {@link SITE_SHARE} times the limit.
 */
export class AddressCounts {
  readonly #blocks: OpenCounts;
  readonly #sites: OpenCounts;

  /** @param max limit per address */
  constructor(max: number) {
    this.#blocks = new OpenCounts(max);
    this.#sites = new OpenCounts(max * SITE_SHARE);
  }

  /** Counts one more. Returns an idempotent function that releases it, or null at the limit. */
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
 * Limits how often an address can do something; an IPv6 /48 site gets {@link SITE_SHARE} times the
 * rate.
 */
export class AddressRates {
  readonly #rate: Rate;
  readonly #siteRate: Rate;
  readonly #blocks = new RateLimiter();
  readonly #sites = new RateLimiter();

  /** @param rate rate per address */
  constructor(rate: Rate) {
    this.#rate = rate;
    this.#siteRate = scaled(rate, SITE_SHARE);
  }

  /** Takes one and returns 0, or returns the milliseconds to wait. */
  take(address: string, nowMs: number): number {
    const waitMs = this.#blocks.take(addressBlock(address), this.#rate, nowMs);
    if (waitMs > 0) return waitMs;
    const site = addressSite(address);
    return site === null ? 0 : this.#sites.take(site, this.#siteRate, nowMs);
  }
}
