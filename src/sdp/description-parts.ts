import type { MediaDescription, SessionDescription } from 'sdp-transform';
import type { DtlsParameters, TransportOptions } from '../protocol/rtc.js';
import type { Offer, OfferedSection } from './offer.js';

/** The server's transport parameters, as written into answers and fragments. */
export type AnswererTransport = Pick<
  TransportOptions,
  'iceParameters' | 'iceCandidates' | 'dtlsParameters'
>;

/**
 * The values of the `o=` line: an id that is the same for all descriptions of a session, and a
 * version that increases by one with each description (RFC 3264, section 8).
 */
export type SessionOrigin = Readonly<{ id: number; version: number }>;

/**
 * Returns the session-level part.
 * @param mids the sections that share the transport
 */
export function sessionPart(
  { id, version }: SessionOrigin,
  mids: readonly string[],
  { extmapAllowMixed }: Pick<Offer, 'extmapAllowMixed'>,
): Omit<SessionDescription, 'media'> {
  return {
    version: 0,
    origin: {
      username: '-',
      sessionId: id,
      sessionVersion: version,
      netType: 'IN',
      ipVer: 4,
      address: '127.0.0.1',
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    groups: [{ type: 'BUNDLE', mids: mids.join(' ') }],
    icelite: 'ice-lite',
    iceOptions: 'trickle ice2',
    ...(extmapAllowMixed ? { extmapAllowMixed: 'extmap-allow-mixed' as const } : {}),
  };
}

/** Returns a rejected section of an offer (RFC 3264, section 6). */
export function refused({ type, protocol, payloads, mid }: OfferedSection): MediaDescription {
  return {
    type,
    port: 0,
    protocol,
    payloads,
    connection: { version: 4, ip: '0.0.0.0' },
    mid,
    direction: 'inactive',
    rtp: [],
    fmtp: [],
  };
}

/** Returns the `a=fmtp` line of a codec; empty if there are no parameters. */
export function formatLine(
  payload: number,
  parameters: Readonly<Record<string, string | number>>,
): { payload: number; config: string }[] {
  const config = Object.entries(parameters)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(';');
  return config === '' ? [] : [{ payload, config }];
}

/**
 * Returns the answer's DTLS role. If the server can choose, it waits for the client's ClientHello,
 * because that packet opens the client's NAT (RFC 8842, section 5.3).
 */
export function setupFor(offered: DtlsParameters): 'active' | 'passive' {
  return offered.role === 'server' ? 'active' : 'passive';
}

/** Returns the server's ICE and DTLS attributes, which are repeated in every section. */
export function transportAttributes(
  { iceParameters, dtlsParameters }: AnswererTransport,
  setup: 'active' | 'passive' | 'actpass',
): Pick<MediaDescription, 'iceUfrag' | 'icePwd' | 'fingerprint' | 'setup'> {
  const { fingerprints } = dtlsParameters;
  // One fingerprint is enough (RFC 8122, section 5), and every WebRTC stack supports SHA-256.
  const fingerprint =
    fingerprints.find(({ algorithm }) => algorithm === 'sha-256') ?? fingerprints[0];
  return {
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    ...(fingerprint
      ? { fingerprint: { type: fingerprint.algorithm, hash: fingerprint.value } }
      : {}),
    setup,
  };
}

/**
 * Returns the candidate lines, with UDP first because some clients use the first line that they
 * understand.
 */
export function candidates({
  iceCandidates,
}: AnswererTransport): Pick<MediaDescription, 'candidates' | 'endOfCandidates'> {
  if (iceCandidates.length === 0) return {};
  return {
    candidates: iceCandidates
      .toSorted((a, b) => Number(a.protocol === 'tcp') - Number(b.protocol === 'tcp'))
      .map(({ foundation, priority, address, protocol, port, type, tcpType }) => ({
        foundation,
        component: 1,
        transport: protocol,
        priority,
        ip: address,
        port,
        type,
        ...(tcpType === undefined ? {} : { tcptype: tcpType }),
      })),
    endOfCandidates: 'end-of-candidates',
  };
}
