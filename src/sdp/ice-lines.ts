import type { TransportOptions } from '../protocol/rtc.js';

type Candidate = TransportOptions['iceCandidates'][number];

/**
 * The session-level ICE lines of every description that the server sends. The server uses ICE-lite,
 * so the client performs the connectivity checks (RFC 8445, section 2.5).
 */
export const ICE_SESSION_LINES: readonly string[] = ['a=ice-lite', 'a=ice-options:trickle ice2'];

/** Returns the value of the `a=candidate` line (RFC 8839, section 5.1) for a server candidate. */
export function candidateValue(candidate: Candidate): string {
  const { foundation, protocol, priority, address, port, type, tcpType } = candidate;
  const tcp = tcpType === undefined ? '' : ` tcptype ${tcpType}`;
  // The component is always 1, because RTP and RTCP are multiplexed.
  return `${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${tcp}`;
}

/**
 * Returns the ICE attribute lines of a server transport: credentials, all candidates, and end of
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
