import { describe, expect, it } from 'vitest';
import { announcedCandidates, listenInfos } from './listen-addresses.js';

const ipv4 = (address: string, internal = false) => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4' as const,
  mac: '00:00:00:00:00:00',
  internal,
  cidr: null,
});
const interfaces = {
  lo: [ipv4('127.0.0.1', true)],
  eth0: [ipv4('192.168.1.5')],
  docker0: [ipv4('172.17.0.1')],
};

describe('listenInfos', () => {
  it('listens on the machine’s addresses except container bridges if none is announced', () => {
    expect(listenInfos({ announcedAddresses: [], port: 44_400, interfaces })).toEqual([
      { protocol: 'udp', ip: '127.0.0.1', port: 44_400 },
      { protocol: 'udp', ip: '192.168.1.5', port: 44_400 },
      { protocol: 'tcp', ip: '127.0.0.1', port: 44_400 },
      { protocol: 'tcp', ip: '192.168.1.5', port: 44_400 },
    ]);
  });

  it('listens on all interfaces and announces the first configured address', () => {
    expect(
      listenInfos({ announcedAddresses: ['live.example.org', '192.168.1.5'], port: 1, interfaces }),
    ).toEqual([
      { protocol: 'udp', ip: '0.0.0.0', announcedAddress: 'live.example.org', port: 1 },
      { protocol: 'tcp', ip: '0.0.0.0', announcedAddress: 'live.example.org', port: 1 },
    ]);
  });

  it('lists every announced address in the candidates', () => {
    const candidate = {
      foundation: 'udpcandidate',
      priority: 1,
      ip: '203.0.113.7',
      address: '203.0.113.7',
      protocol: 'udp' as const,
      port: 44_400,
      type: 'host' as const,
    };
    expect(announcedCandidates([candidate], ['203.0.113.7', '192.168.1.5'])).toEqual([
      candidate,
      { ...candidate, ip: '192.168.1.5', address: '192.168.1.5' },
    ]);
    expect(announcedCandidates([candidate], [])).toEqual([candidate]);
  });

  it('lets the system choose the port if it is 0', () => {
    expect(listenInfos({ announcedAddresses: [], port: 0, interfaces: {} })).toEqual([
      { protocol: 'udp', ip: '127.0.0.1' },
      { protocol: 'tcp', ip: '127.0.0.1' },
    ]);
  });
});
