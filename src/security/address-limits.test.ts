import { describe, expect, it } from 'vitest';
import { AddressCounts, AddressRates } from './address-limits.js';

/** Returns an address in one of a site's networks. */
const neighbour = (network: number) => `2001:db8:7:${network.toString(16)}::1`;

describe('AddressCounts', () => {
  it('limits a site to sixteen times the count allowed for one address', () => {
    const counts = new AddressCounts(2);
    const leaves = Array.from({ length: 64 }, (_, network) => counts.enter(neighbour(network)));
    expect(leaves.filter((leave) => leave !== null)).toHaveLength(32);
    expect(counts.enter('2001:db8:8::1')).not.toBeNull();
    leaves[0]?.();
    leaves[0]?.();
    expect(counts.enter(neighbour(900))).not.toBeNull();
    expect(counts.enter(neighbour(901))).toBeNull();
  });

  it('does not count an address if its site is full', () => {
    const counts = new AddressCounts(1);
    for (let network = 0; network < 16; network += 1) counts.enter(neighbour(network));
    expect(counts.enter(neighbour(16))).toBeNull();
    const other = new AddressCounts(1);
    expect(other.enter(neighbour(16))).not.toBeNull();
    expect(other.enter(neighbour(16))).toBeNull();
  });

  it('does not limit IPv4 addresses by site', () => {
    const counts = new AddressCounts(1);
    for (let host = 0; host < 200; host += 1)
      expect(counts.enter(`203.0.113.${host}`)).not.toBeNull();
  });
});

describe('AddressRates', () => {
  it('limits a site to sixteen times the rate allowed for one address', () => {
    const rates = new AddressRates({ burst: 3, perSecond: 0.5 });
    const taken = Array.from({ length: 100 }, (_, network) => rates.take(neighbour(network), 0));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(48);
    expect(rates.take(neighbour(500), 1_000)).toBe(0);
    expect(rates.take('203.0.113.1', 0)).toBe(0);
  });
});
