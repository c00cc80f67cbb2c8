import { describe, expect, it } from 'vitest';
import { isNetwork, NetworkList, parseAddress } from './network-list.js';

const has = (networks: string[], text: string): boolean => {
  const address = parseAddress(text);
  return address !== null && new NetworkList(networks).has(address);
};

describe('NetworkList', () => {
  it.each([
    ['192.168.1.0/24', '192.168.1.77'],
    ['192.168.1.0/24', '::ffff:192.168.1.77'],
    ['192.168.1.5', '192.168.1.5'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['fd00::/8', 'fd12::1'],
    ['fe80::/10', 'fe80::1%eth0'],
  ])('%s contains %s', (network, address) => expect(has([network], address)).toBe(true));

  it.each([
    ['192.168.1.0/24', '192.168.2.1'],
    ['0.0.0.0/0', '::1'],
    ['::/0', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.2'],
  ])('%s does not contain %s', (network, address) => expect(has([network], address)).toBe(false));

  it('distinguishes a listed address from one in a listed network', () => {
    const list = new NetworkList(['192.168.1.0/24', '192.168.1.5', '10.0.0.1/32']);
    const names = (text: string) => list.names(parseAddress(text)!);
    expect([names('192.168.1.5'), names('10.0.0.1'), names('192.168.1.6')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('isNetwork', () => {
  it.each(['1.2.3.4', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('accepts %s', (text) =>
    expect(isNetwork(text)).toBe(true),
  );
  it.each([
    '',
    'host',
    '10.0.0.0/33',
    'fd00::/129',
    '1.2.3.4/',
    '1.2.3.4/a',
    '1/8',
    '0x7f.1',
    '1.2.3.4/8/8',
  ])('rejects %j', (text) => expect(isNetwork(text)).toBe(false));
});
