import { type MediaDescription, write } from 'sdp-transform';
import type { ConsumerOptions, MediaKind, RtpCapabilities } from '../protocol/rtc.js';
import {
  type AnswererTransport,
  candidates,
  formatLine,
  refused,
  type SessionOrigin,
  sessionPart,
  setupFor,
  transportAttributes,
} from './description-parts.js';
import type { Offer, OfferedSection } from './offer.js';
import type { ReceivingSection } from './receiver-terms.js';

/** The MediaStream of all tracks (WHEP 4.9.2). */
const STREAM_ID = 'onair';

type Codec = RtpCapabilities['codecs'][number];

type Track = Pick<ConsumerOptions, 'kind' | 'rtpParameters'>;

type Common = Readonly<{
  transport: AnswererTransport;
  /** The codecs and header extensions that can be sent, with the numbers used on the wire. */
  agreed: RtpCapabilities;
  /** The tracks being sent. */
  tracks: readonly Track[];
  session: SessionOrigin;
}>;

/**
 * Returns the answer to a player's offer (WHEP 4.3.1), with media in each receiving section. The
 * answer signals the SSRCs of existing tracks, because some players, including all that are built
 * on pion, ignore other SSRCs.
 */
export function senderAnswer({
  offer,
  sections,
  transport,
  agreed,
  tracks,
  session,
}: Common &
  Readonly<{
    offer: Offer;
    sections: readonly ReceivingSection[];
  }>): string {
  const sent = new Map<OfferedSection, MediaDescription>(
    sections.flatMap((section) => {
      const media = answeredSection(section, agreed, tracks);
      return media ? [[section, { ...media, ...sources(section.kind, tracks) }]] : [];
    }),
  );
  const first = offer.sections.find((section) => sent.has(section));
  const attributes = transportAttributes(transport, setupFor(offer.dtls));
  const media = offer.sections.map((section) => {
    const description = sent.get(section);
    if (!description) return refused(section);
    // With BUNDLE, the first section's candidates apply to all sections (RFC 9143, section 7.3).
    return { ...description, ...attributes, ...(section === first ? candidates(transport) : {}) };
  });
  const mids = offer.sections.filter((section) => sent.has(section)).map(({ mid }) => mid);
  return write({ ...sessionPart(session, mids, offer), media });
}

/**
 * Returns the server's own offer. It contains one section per kind that can be sent, with all
 * codecs that can be sent and the SSRCs of existing tracks. The mids are `0` for audio and `1` for
 * video.
 */
export function senderOffer({ transport, agreed, tracks, session }: Common): string {
  const attributes = transportAttributes(transport, 'actpass');
  const kinds = KINDS.filter((kind) => agreed.codecs.some((codec) => codec.kind === kind));
  const media = kinds.map((kind, index) => ({
    ...offeredSection(kind, midOf(kind), agreed),
    ...sources(kind, tracks),
    ...attributes,
    ...(index === 0 ? candidates(transport) : {}),
  }));
  const { icelite, ...part } = sessionPart(session, kinds.map(midOf), { extmapAllowMixed: true });
  // The agent that uses this transport on the server's behalf may be a full ICE agent.
  const isLite = transport.iceParameters.iceLite !== false;
  return write({ ...part, ...(isLite && { icelite }), media });
}

const KINDS = ['audio', 'video'] as const;
const midOf = (kind: MediaKind): string => String(KINDS.indexOf(kind));

/** Returns the answer to a section; null if nothing can be sent in it. */
function answeredSection(
  section: ReceivingSection,
  agreed: RtpCapabilities,
  tracks: readonly Track[],
): MediaDescription | null {
  const { kind, mid, protocol, extmapAllowMixed } = section;
  const sent = tracks.find((track) => track.kind === kind)?.rtpParameters.codecs[0]?.payloadType;
  // The codecs are in the offer's order (RFC 3264, section 6.1), except that the codec being sent
  // is first, because some players expect that.
  const offeredFirst = section.codecs.toSorted(
    (a, b) => Number(b.payloadType === sent) - Number(a.payloadType === sent),
  );
  const codecs = offeredFirst.flatMap((offered) => {
    const codec = agreed.codecs.find(
      (one) => one.kind === kind && one.preferredPayloadType === offered.payloadType,
    );
    // The player's parameters are preserved, because they describe what the player can decode.
    return codec ? [{ ...codec, parameters: offered.parameters }] : [];
  });
  if (codecs.length === 0) return null;
  return {
    ...sentMedia({ kind, mid, protocol, codecs: withRetransmissions(codecs, agreed) }, agreed),
    ...(extmapAllowMixed ? { extmapAllowMixed: 'extmap-allow-mixed' as const } : {}),
  };
}

/** Returns the SSRC lines for the track of the given kind. */
function sources(wanted: MediaKind, tracks: readonly Track[]): Partial<MediaDescription> {
  const track = tracks.find(({ kind }) => kind === wanted);
  const ssrc = track?.rtpParameters.encodings[0]?.ssrc;
  if (!track || ssrc === undefined) return {};
  const rtxSsrc = track.rtpParameters.encodings[0]?.rtx?.ssrc;
  const all = rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc];
  const value = track.rtpParameters.rtcp.cname ?? STREAM_ID;
  return {
    ssrcs: all.flatMap((id) => [
      { id, attribute: 'cname', value },
      { id, attribute: 'msid', value: `${STREAM_ID} ${STREAM_ID}-${wanted}` },
    ]),
    ...(all.length > 1 ? { ssrcGroups: [{ semantics: 'FID', ssrcs: all.join(' ') }] } : {}),
  };
}

function offeredSection(kind: MediaKind, mid: string, agreed: RtpCapabilities): MediaDescription {
  const codecs = agreed.codecs.filter((codec) => codec.kind === kind);
  return sentMedia({ kind, mid, protocol: 'UDP/TLS/RTP/SAVPF', codecs }, agreed);
}

type SentSection = Readonly<{
  kind: MediaKind;
  mid: string;
  protocol: string;
  codecs: readonly Codec[];
}>;

function sentMedia(
  { kind, mid, protocol, codecs }: SentSection,
  { headerExtensions }: RtpCapabilities,
): MediaDescription {
  return {
    type: kind,
    port: 9,
    protocol,
    payloads: codecs.map(({ preferredPayloadType }) => preferredPayloadType).join(' '),
    connection: { version: 4, ip: '0.0.0.0' },
    mid,
    msid: [{ id: STREAM_ID, appdata: `${STREAM_ID}-${kind}` }],
    direction: 'sendonly',
    rtcpMux: 'rtcp-mux',
    rtcpRsize: 'rtcp-rsize',
    rtp: codecs.map(({ preferredPayloadType, mimeType, clockRate, channels }) => ({
      payload: preferredPayloadType,
      codec: mimeType.slice(mimeType.indexOf('/') + 1),
      rate: clockRate,
      ...(channels === undefined || kind === 'video' ? {} : { encoding: channels }),
    })),
    fmtp: codecs.flatMap(({ preferredPayloadType, parameters }) =>
      formatLine(preferredPayloadType, written(parameters)),
    ),
    rtcpFb: codecs.flatMap(({ preferredPayloadType, rtcpFeedback = [] }) =>
      rtcpFeedback.map(({ type, parameter }) => ({
        payload: preferredPayloadType,
        type,
        ...(parameter === undefined || parameter === '' ? {} : { subtype: parameter }),
      })),
    ),
    ext: headerExtensions
      .filter((extension) => extension.kind === kind && extension.direction !== 'recvonly')
      .map(({ preferredId, uri }) => ({ value: preferredId, uri })),
  };
}

/** Appends the agreed retransmission codecs. */
function withRetransmissions(codecs: readonly Codec[], agreed: RtpCapabilities): Codec[] {
  const payloadTypes = new Set(codecs.map(({ preferredPayloadType }) => preferredPayloadType));
  const repeats = agreed.codecs.filter(
    ({ mimeType, parameters }) =>
      mimeType.endsWith('/rtx') && payloadTypes.has(Number(parameters?.['apt'])),
  );
  return [...codecs, ...repeats];
}

function written(parameters: Codec['parameters'] = {}): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
