import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../common/domain-error.js';
import { parseSdpFragment, writeSdpFragment } from './sdp-fragment.js';

/** The fragment from RFC 9725, section 4.3.2, Figure 4. */
const TRICKLE = [
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1',
  'a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag EsAw',
  'a=end-of-candidates',
];
const text = (lines: readonly string[], end = '\r\n') => lines.map((line) => line + end).join('');
const refusal = (body: string) => {
  try {
    parseSdpFragment(body);
    return null;
  } catch (error) {
    return error;
  }
};

describe('a client’s fragment', () => {
  it.each(['\r\n', '\n'])('accepts lines that end in %j', (end) => {
    const fragment = parseSdpFragment(text(TRICKLE, end));
    expect(fragment.credentials).toEqual({
      usernameFragment: 'EsAw',
      password: 'P2uYro0UCOQ4zxjKXaWCBui1',
    });
    expect(fragment.candidates).toHaveLength(2);
    expect(fragment.sections).toEqual(TRICKLE.slice(0, 3));
  });

  it('can omit credentials, or repeat them in each section', () => {
    const without = TRICKLE.filter((line) => !line.startsWith('a=ice-'));
    expect(parseSdpFragment(text(without)).credentials).toBeNull();
    const twice = [...TRICKLE, 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:1', ...TRICKLE.slice(3, 5)];
    expect(parseSdpFragment(text(twice)).credentials?.usernameFragment).toBe('EsAw');
  });

  it.each([
    ['nothing', ''],
    ['lines that are not SDP', 'hello\r\n'],
    ['half of the credentials', 'a=ice-ufrag:EsAw\r\n'],
    ['two sessions', text(['a=ice-ufrag:EsAw', 'a=ice-ufrag:EsAx', TRICKLE[4]!])],
    ['a short password', 'a=ice-ufrag:EsAw\r\na=ice-pwd:short\r\n'],
    ['too many lines', 'a=end-of-candidates\r\n'.repeat(501)],
  ])('rejects %s', (_name, body) => {
    expect(refusal(body)).toMatchObject({ code: 'bad_request' });
  });

  it('parses or rejects any text', () => {
    const lines = fc.array(fc.oneof(fc.constantFrom(...TRICKLE), fc.string()));
    fc.assert(
      fc.property(lines, (all) => {
        const error = refusal(all.join('\r\n'));
        expect(error === null || error instanceof DomainError).toBe(true);
      }),
    );
  });
});

describe('the fragment after a restart', () => {
  it('contains the server’s credentials and candidates for the client’s section', () => {
    const ours = writeSdpFragment(parseSdpFragment(text(TRICKLE)), {
      iceParameters: { usernameFragment: 'ours', password: 'o'.repeat(24) },
      iceCandidates: [
        {
          foundation: 'udpcandidate',
          priority: 1_076_302_079,
          ip: '198.51.100.1',
          address: '198.51.100.1',
          protocol: 'udp',
          port: 44_400,
          type: 'host',
        },
      ],
    });
    expect(ours.split('\r\n')).toEqual([
      'a=ice-lite',
      'a=ice-options:trickle ice2',
      'a=group:BUNDLE 0 1',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:0',
      'a=ice-ufrag:ours',
      `a=ice-pwd:${'o'.repeat(24)}`,
      'a=candidate:udpcandidate 1 udp 1076302079 198.51.100.1 44400 typ host',
      'a=end-of-candidates',
      '',
    ]);
  });
});
