import { addressBlock, addressSite, SITE_SHARE } from '../auth/coarse-address.js';
import { OpenCounts } from '../common/open-counts.js';
import type { Rate } from '../common/token-bucket.js';
import { RateLimiter, scaled } from './rate-limiter.js';

/**
 * How many of something an address may have open. Whoever has an IPv6 site of 48 bits has 65,536 networks
 * that count as one address each: all of them together may have some times as many as one.
 */
export class AddressCounts {
  readonly #blocks: OpenCounts;
  readonly #sites: OpenCounts;

  /** @param max of one address */
  constructor(max: number) {
    this.#blocks = new OpenCounts(max);
    this.#sites = new OpenCounts(max * SITE_SHARE);
  }

  /** Counts one more and answers what ends it (once, however often it is called), or null at a bound. */
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

/** How often an address may do something, and an IPv6 site of 48 bits some times as often. */
export class AddressRates {
  readonly #rate: Rate;
  readonly #siteRate: Rate;
  readonly #blocks = new RateLimiter();
  readonly #sites = new RateLimiter();

  /** @param rate of one address */
  constructor(rate: Rate) {
    this.#rate = rate;
    this.#siteRate = scaled(rate, SITE_SHARE);
  }

  /** Takes one and answers 0, or answers in how many milliseconds there may be one. */
  take(address: string, nowMs: number): number {
    const waitMs = this.#blocks.take(addressBlock(address), this.#rate, nowMs);
    if (waitMs > 0) return waitMs;
    const site = addressSite(address);
    return site === null ? 0 : this.#sites.take(site, this.#siteRate, nowMs);
  }
}
