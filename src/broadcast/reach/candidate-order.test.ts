import { describe, expect, it } from 'vitest';
import { candidatesFor } from './candidate-order.js';
import { type ClientPath, clientPath } from '../../common/client-path.js';

const card = (address: string, prefix: number, internal = false) => {
  const common = { address, netmask: '', mac: '', internal, cidr: `${address}/${prefix}` };
  return address.includes(':')
    ? { ...common, family: 'IPv6' as const, scopeid: 0 }
    : { ...common, family: 'IPv4' as const };
};
const interfaces = {
  lo: [card('127.0.0.1', 8, true)],
  eth0: [card('198.51.100.9', 24), card('2001:db8::9', 64)],
  eth1: [card('192.168.1.5', 24)],
};

const candidate = (protocol: 'udp' | 'tcp') => (address: string) => ({
  foundation: `${protocol}candidate`,
  priority: 1,
  ip: address,
  address,
  protocol,
  port: 44_400,
  type: 'host' as const,
});
const candidates = (...addresses: string[]) => [
  ...addresses.map(candidate('tcp')),
  ...addresses.map(candidate('udp')),
];
const OWN = candidates('127.0.0.1', '192.168.1.5', '198.51.100.9');

/** The order of the UDP addresses. */
const order = (path: Partial<ClientPath>, offered = OWN): string => {
  const full = { localAddress: null, clientAddress: null, hostAddress: null, ...path };
  const sorted = candidatesFor(full, offered, interfaces);
  const half = sorted.length / 2;
  expect(sorted.slice(0, half).every(({ protocol }) => protocol === 'udp')).toBe(true);
  expect(sorted.slice(half).map(({ address }) => address)).toEqual(
    sorted.slice(0, half).map(({ address }) => address),
  );
  const priorities = sorted.map(({ priority }) => priority);
  expect(priorities).toEqual([...new Set(priorities)].toSorted((a, b) => b - a));
  return sorted
    .slice(0, half)
    .map(({ address }) => address)
    .join(' ');
};

describe('candidates for a directly connected client', () => {
  it('start with the address that the client reached, and end with loopback', () => {
    const other = { localAddress: '198.51.100.9', clientAddress: '198.51.100.20' };
    expect(order(other)).toBe('198.51.100.9 192.168.1.5 127.0.0.1');
    const near = { localAddress: '192.168.1.5', clientAddress: '192.168.1.77' };
    expect(order(near)).toBe('192.168.1.5 198.51.100.9 127.0.0.1');
  });

  it('start with loopback only for a connection over loopback', () => {
    const local = { localAddress: '127.0.0.1', clientAddress: '127.0.0.1' };
    expect(order(local)).toBe('127.0.0.1 192.168.1.5 198.51.100.9');
    const local6 = { localAddress: '::1', clientAddress: '::1' };
    expect(order(local6)).toMatch(/^127\.0\.0\.1 /);
  });

  it('start with the IPv4 address of the interface that the client reached over IPv6', () => {
    const path = { localAddress: '2001:db8::9', clientAddress: '2001:db8:7::1' };
    expect(order(path)).toMatch(/^198\.51\.100\.9 .*127\.0\.0\.1$/);
  });
});

describe('candidates for a client behind a proxy', () => {
  it('end with loopback, even if the proxy connects over it', () => {
    expect(order({})).toBe('192.168.1.5 198.51.100.9 127.0.0.1');
    expect(order({ clientAddress: '203.0.113.4' })).toBe('198.51.100.9 192.168.1.5 127.0.0.1');
  });

  it('start with the address in the client’s network, or the one that the client requested', () => {
    expect(order({ clientAddress: '192.168.1.77' })).toMatch(/^192\.168\.1\.5 /);
    expect(order({ hostAddress: '198.51.100.9' })).toMatch(/^198\.51\.100\.9 /);
  });

  it('start with loopback for a client on this machine', () => {
    expect(order({ clientAddress: '127.0.0.1' })).toMatch(/^127\.0\.0\.1 /);
  });
});

describe('announced addresses', () => {
  const announced = candidates('live.example.org', '192.168.1.5');

  it('stay in the configured order', () => {
    expect(order({}, announced)).toBe('live.example.org 192.168.1.5');
    const local = { localAddress: '127.0.0.1', clientAddress: '127.0.0.1' };
    expect(order(local, announced)).toBe('live.example.org 192.168.1.5');
  });

  it('start with the LAN address for LAN clients, even if a router forwards Internet clients to it', () => {
    const near = { localAddress: '192.168.1.5', clientAddress: '192.168.1.77' };
    expect(order(near, announced)).toBe('192.168.1.5 live.example.org');
    const far = { localAddress: '192.168.1.5', clientAddress: '203.0.113.4' };
    expect(order(far, announced)).toBe('live.example.org 192.168.1.5');
  });
});

describe('the path of a request', () => {
  const from = (
    headers: Record<string, string>,
    { remoteAddress = '127.0.0.1', localAddress = '127.0.0.1' } = {},
  ) =>
    ({ headers, socket: { remoteAddress, localAddress } }) as unknown as Parameters<
      typeof clientPath
    >[0];

  it('contains the server’s address for a direct connection', () => {
    const request = from(
      { host: '198.51.100.9:8080' },
      { remoteAddress: '::ffff:198.51.100.20', localAddress: '::ffff:198.51.100.9' },
    );
    expect(clientPath(request, '::ffff:198.51.100.20')).toEqual({
      localAddress: '198.51.100.9',
      clientAddress: '198.51.100.20',
      hostAddress: '198.51.100.9',
    });
  });

  it('contains the client’s address behind a trusted proxy, and no address behind other proxies', () => {
    const request = from({ host: 'live.example.org', 'x-forwarded-for': '203.0.113.4' });
    expect(clientPath(request, '203.0.113.4')).toEqual({
      localAddress: null,
      clientAddress: '203.0.113.4',
      hostAddress: null,
    });
    expect(clientPath(request, '127.0.0.1')).toMatchObject({
      localAddress: null,
      clientAddress: null,
    });
  });
});
