import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
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
    ['nobody is trusted', 'false', '198.51.100.9', '1.2.3.4', '198.51.100.9'],
    ['the proxy says nothing', 'true', '127.0.0.1', undefined, '127.0.0.1'],
    ['the one proxy adds to a forged list', 'true', '127.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['there are two proxies', '2', '127.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.1', '1.2.3.4'],
    ['the proxy is in the network', '10.0.0.0/8', '10.9.9.9', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['the proxy came over IPv6', '10.0.0.0/8', '::ffff:10.9.9.9', '1.2.3.4', '1.2.3.4'],
    [
      'proxies are in a row',
      '10.0.0.0/8,fd00::1',
      'fd00::1',
      '6.6.6.6, 1.2.3.4, 10.1.1.1',
      '1.2.3.4',
    ],
    ['somebody goes around the proxy', '10.0.0.0/8', '198.51.100.9', '1.2.3.4', '198.51.100.9'],
    ['the proxy writes no address', 'true', '127.0.0.1', '1.2.3.4, unknown', '127.0.0.1'],
    ['the list is only commas', 'true', '127.0.0.1', ',,,,', '127.0.0.1'],
  ])('is right where %s', (_what, trust, remote, forwarded, expected) => {
    expect(addressOf(trust, remote, forwarded)).toBe(expected);
  });

  it.each(['yes', '11', '10.0.0.0/33', 'fd00::/129', '10.0.0.1/8/8', 'proxy.example', '1,,2'])(
    'is not set up by %s',
    (text) => expect(() => readConfig({ TRUST_PROXY: text })).toThrow(/TRUST_PROXY/),
  );
});
