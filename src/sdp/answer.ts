import { write, type MediaDescription, type SessionDescription } from 'sdp-transform';
import type { DtlsParameters, TransportOptions } from '../protocol/rtc.js';
import type { Offer, OfferedSection } from './offer.js';
import type { PublishedTrack } from './published-tracks.js';
import { isSupportedExtension, SUPPORTED_CODECS } from './supported-media.js';

/** The server's end of a connection, as answers and fragments name it. */
export type AnswererTransport = Pick<
  TransportOptions,
  'iceParameters' | 'iceCandidates' | 'dtlsParameters'
>;

type Answer = Readonly<{
  offer: Offer;
  tracks: readonly PublishedTrack[];
  transport: AnswererTransport;
  /** `o=`: the same for all answers of one session, and one more with each (RFC 3264 8). */
  session: Readonly<{ id: number; version: number }>;
}>;

/**
 * The answer to a publisher's offer (RFC 9725 4.2): every section of the offer in its order, those that it
 * disabled with port 0, all others received on one transport.
 */
export function publisherAnswer({ offer, tracks, transport, session }: Answer): string {
  const byMid = new Map(tracks.map((track) => [track.mid, track]));
  const first = tracks[0]?.mid;
  const media = offer.sections.map((section) => {
    const track = byMid.get(section.mid);
    if (!track) return refused(section);
    return {
      ...received(section, track),
      ...transportAttributes(transport, offer.dtls),
      // With BUNDLE the first section's are everybody's (RFC 9143 7.3).
      ...(section.mid === first ? candidates(transport) : {}),
    };
  });
  return write({ ...sessionPart(session, [...byMid.keys()], offer), media });
}

function sessionPart(
  { id, version }: Answer['session'],
  mids: readonly string[],
  { extmapAllowMixed }: Offer,
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
    ...(extmapAllowMixed ? { extmapAllowMixed: 'extmap-allow-mixed' as const } : {}),
  };
}

function refused({ type, protocol, payloads, mid }: OfferedSection): MediaDescription {
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

function received(section: OfferedSection, track: PublishedTrack): MediaDescription {
  const { kind, codec, rtpParameters } = track;
  const [routed] = rtpParameters.codecs;
  const { rtxPayloadType } = codec;
  const isRepeated = kind === 'video' && rtxPayloadType !== null;
  const parameters = SUPPORTED_CODECS[kind][codec.name]?.toAnswer(codec.parameters) ?? {};
  return {
    type: section.type,
    port: 9,
    protocol: section.protocol,
    payloads: [codec.payloadType, ...(isRepeated ? [rtxPayloadType] : [])].join(' '),
    connection: { version: 4, ip: '0.0.0.0' },
    mid: section.mid,
    direction: 'recvonly',
    rtcpMux: 'rtcp-mux',
    rtcpRsize: 'rtcp-rsize',
    rtp: [
      {
        payload: codec.payloadType,
        codec: routed?.mimeType.split('/')[1] ?? codec.name,
        rate: codec.clockRate,
        ...(routed?.channels === undefined ? {} : { encoding: routed.channels }),
      },
      ...(isRepeated ? [{ payload: rtxPayloadType, codec: 'rtx', rate: codec.clockRate }] : []),
    ],
    fmtp: [
      ...formatLine(codec.payloadType, parameters),
      ...(isRepeated ? formatLine(rtxPayloadType, { apt: codec.payloadType }) : []),
    ],
    rtcpFb: (routed?.rtcpFeedback ?? []).map(({ type, parameter }) => ({
      payload: codec.payloadType,
      type,
      ...(parameter === undefined ? {} : { subtype: parameter }),
    })),
    ext: section.extensions
      .filter(({ uri }) => isSupportedExtension(kind, uri))
      .map(({ id, uri }) => ({ value: id, uri })),
    ...(section.extmapAllowMixed ? { extmapAllowMixed: 'extmap-allow-mixed' as const } : {}),
    ...simulcast(section, rtpParameters.encodings),
  };
}

function formatLine(
  payload: number,
  parameters: Readonly<Record<string, string | number>>,
): { payload: number; config: string }[] {
  const config = Object.entries(parameters)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(';');
  return config === '' ? [] : [{ payload, config }];
}

/** Of the layers those that are received, in the offer's order, which is its own preference. */
function simulcast(
  { layers }: OfferedSection,
  encodings: PublishedTrack['rtpParameters']['encodings'],
): Partial<MediaDescription> {
  const taken = new Set(encodings.map(({ rid }) => rid));
  const rids = layers.map(({ rid }) => rid).filter((rid) => taken.has(rid));
  if (rids.length === 0) return {};
  return {
    rids: rids.map((id) => ({ id, direction: 'recv' })),
    simulcast: { dir1: 'recv', list1: rids.join(';') },
  };
}

function transportAttributes(
  { iceParameters, dtlsParameters }: AnswererTransport,
  offered: DtlsParameters,
): Pick<MediaDescription, 'iceUfrag' | 'icePwd' | 'fingerprint' | 'setup'> {
  const { fingerprints } = dtlsParameters;
  // One is enough (RFC 8122 5); every WebRTC stack knows SHA-256.
  const fingerprint =
    fingerprints.find(({ algorithm }) => algorithm === 'sha-256') ?? fingerprints[0];
  return {
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    ...(fingerprint
      ? { fingerprint: { type: fingerprint.algorithm, hash: fingerprint.value } }
      : {}),
    // RFC 8842 5.3: who may choose waits for the other's hello, so that it comes through its NAT first.
    setup: offered.role === 'server' ? 'active' : 'passive',
  };
}

/** UDP first: some programs take the first line that they understand. */
function candidates({
  iceCandidates,
}: AnswererTransport): Pick<MediaDescription, 'candidates' | 'endOfCandidates'> {
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
