import { describe, expect, it } from 'vitest';
import { addressBlock, addressSite, coarseAddress } from './coarse-address.js';

describe('coarseAddress', () => {
  it.each([
    ['203.0.113.9', '203.0.x.x'],
    ['::ffff:203.0.113.9', '203.0.x.x'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8::/32'],
    ['2001:0DB8::1', '2001:db8::/32'],
    ['::1', '0:0::/32'],
    ['64:ff9b::203.0.113.9', '203.0.x.x'],
    ['fe80::1%eth0', 'fe80:0::/32'],
    ['203.0.113', ''],
    ['no address', ''],
  ])('reduces %s to its network', (address, network) => {
    expect(coarseAddress(address)).toBe(network);
  });
});

describe('addressBlock', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:cb00:7109', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('assigns %s to %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});

describe('addressSite', () => {
  it.each([
    ['203.0.113.9', null],
    ['::ffff:203.0.113.9', null],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8::7', '2001:db8:0::/48'],
    ['no address', null],
  ])('assigns %s to %s', (address, site) => {
    expect(addressSite(address)).toBe(site);
  });
});
