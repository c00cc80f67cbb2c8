import { expect, it } from 'vitest';
import { udpCandidates } from './answer-candidates.js';

const lines = (...values: string[]) => values.map((value) => `a=candidate:${value}\r\n`).join('');

it('lists the UDP addresses, the preferred one first', () => {
  const sdp = lines(
    '1 1 udp 100 203.0.113.5 44400 typ host',
    '2 1 UDP 200 2001:DB8:0::5 44400 typ srflx raddr 10.0.0.1 rport 9',
    '3 1 tcp 300 203.0.113.5 44400 typ host tcptype passive',
    '4 2 udp 400 203.0.113.5 44401 typ host',
    '5 1 udp 500 a1b2.local 44400 typ host',
    '6 1 udp 600 203.0.113.5 0 typ host',
    '7 1 udp 100 203.0.113.5 44400 typ host',
  );
  expect(udpCandidates(sdp)).toEqual([
    { address: '2001:db8::5', port: 44_400, priority: 200 },
    { address: '203.0.113.5', port: 44_400, priority: 100 },
  ]);
});

it('reads at most twenty candidates', () => {
  const many = Array.from({ length: 30 }, (_, i) => `1 1 udp 1 203.0.113.${i} 5000 typ host`);
  expect(udpCandidates(lines(...many))).toHaveLength(20);
});
