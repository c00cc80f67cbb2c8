import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/read-config.js';
import { ClientAddress } from './client-address.js';

const addressOf = (trustProxy: string, remoteAddress: string, forwarded?: string) => {
  const { http } = readConfig({ TRUST_PROXY: trustProxy });
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
  return new ClientAddress(http.trustProxy).of(
    request as unknown as Parameters<ClientAddress['of']>[0],
  );
};

describe('ClientAddress', () => {
  it.each([
    ['no proxy is trusted', 'false', '198.51.100.9', '1.2.3.4', '198.51.100.9'],
    ['the proxy sends no header', 'true', '127.0.0.1', undefined, '127.0.0.1'],
    ['the proxy appends to a forged list', 'true', '127.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['two proxies are trusted', '2', '127.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.1', '1.2.3.4'],
    ['the proxy is in a trusted network', '10.0.0.0/8', '10.9.9.9', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['the proxy connects over IPv6', '10.0.0.0/8', '::ffff:10.9.9.9', '1.2.3.4', '1.2.3.4'],
    [
      'trusted proxies are chained',
      '10.0.0.0/8,fd00::1',
      'fd00::1',
      '6.6.6.6, 1.2.3.4, 10.1.1.1',
      '1.2.3.4',
    ],
    [
      'the proxy’s IPv4 address is written as IPv6',
      '10.0.0.0/8',
      '::ffff:a09:909',
      '1.2.3.4',
      '1.2.3.4',
    ],
    ['the proxy’s address has a zone', 'fe80::/10', 'fe80::1%eth0', '1.2.3.4', '1.2.3.4'],
    [
      'the network is written as a mapped address',
      '::ffff:10.9.9.9',
      '10.9.9.9',
      '1.2.3.4',
      '1.2.3.4',
    ],
    ['the proxy appends a port', 'true', '127.0.0.1', '1.2.3.4:5678', '127.0.0.1'],
    ['a client bypasses the proxy', '10.0.0.0/8', '198.51.100.9', '1.2.3.4', '198.51.100.9'],
    ['the proxy writes no address', 'true', '127.0.0.1', '1.2.3.4, unknown', '127.0.0.1'],
    ['the header is only commas', 'true', '127.0.0.1', ',,,,', '127.0.0.1'],
  ])('determines the address if %s', (_what, trust, remote, forwarded, expected) => {
    expect(addressOf(trust, remote, forwarded)).toBe(expected);
  });

  it.each(['yes', '11', '10.0.0.0/33', 'fd00::/129', '10.0.0.1/8/8', 'proxy.example', '1,,2'])(
    'rejects the setting %s',
    (text) => expect(() => readConfig({ TRUST_PROXY: text })).toThrow(/TRUST_PROXY/),
  );
});
