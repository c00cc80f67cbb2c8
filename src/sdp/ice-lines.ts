import type { TransportOptions } from '../protocol/rtc.js';

type Candidate = TransportOptions['iceCandidates'][number];

/**
 * Session-level lines of every description the server sends: the other end performs the checks (RFC
 * 8445 2.5).
 */
export const ICE_SESSION_LINES: readonly string[] = ['a=ice-lite', 'a=ice-options:trickle ice2'];

/** The value of an `a=candidate` line (RFC 8839 5.1) of one of our candidates. */
export function candidateValue(candidate: Candidate): string {
  const { foundation, protocol, priority, address, port, type, tcpType } = candidate;
  const tcp = tcpType === undefined ? '' : ` tcptype ${tcpType}`;
  // Component 1: RTP and RTCP are multiplexed.
  return `${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${tcp}`;
}

/**
 * Returns the ICE attribute lines of a server transport: credentials, all candidates, end of
 * candidates.
 */
export function iceLines({
  iceParameters,
  iceCandidates,
}: Pick<TransportOptions, 'iceParameters' | 'iceCandidates'>): string[] {
  return [
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...iceCandidates.map((candidate) => `a=candidate:${candidateValue(candidate)}`),
    'a=end-of-candidates',
  ];
}
