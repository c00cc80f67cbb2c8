import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../config/read-config.js';
import { OwnAddresses } from './own-addresses.js';

describe('OwnAddresses', () => {
  it('lists the addresses of this machine’s interfaces', () => {
    const own = new OwnAddresses(readConfig({})).list();
    const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    for (const { address } of interfaces.filter(({ family }) => family === 'IPv4'))
      expect(own).toContain(address);
    expect(own.size).toBeGreaterThan(0);
  });

  it('lists the announced addresses, including those of an announced name', async () => {
    const byAddress = new OwnAddresses(readConfig({ RTC_ANNOUNCED_ADDRESS: '203.0.113.9' }));
    expect(byAddress.list()).toContain('203.0.113.9');
    const byName = new OwnAddresses(readConfig({ RTC_ANNOUNCED_ADDRESS: 'localhost' }));
    await byName.refresh();
    expect(byName.list()).toContain('127.0.0.1');
  });
});
