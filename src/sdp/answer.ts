import { write, type MediaDescription } from 'sdp-transform';
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
import type { PublishedTrack } from './published-tracks.js';
import { isSupportedExtension, SUPPORTED_CODECS } from './supported-media.js';

type Answer = Readonly<{
  offer: Offer;
  tracks: readonly PublishedTrack[];
  transport: AnswererTransport;
  session: SessionOrigin;
}>;

/**
 * Returns the answer to a publisher's offer (RFC 9725, section 4.2). It contains all sections in
 * the order of the offer. Disabled sections have port 0, and all others are received on one
 * transport.
 */
export function publisherAnswer({ offer, tracks, transport, session }: Answer): string {
  const byMid = new Map(tracks.map((track) => [track.mid, track]));
  const first = tracks[0]?.mid;
  const media = offer.sections.map((section) => {
    const track = byMid.get(section.mid);
    if (!track) return refused(section);
    return {
      ...received(section, track),
      ...transportAttributes(transport, setupFor(offer.dtls)),
      // With BUNDLE, the first section's candidates apply to all sections (RFC 9143, section 7.3).
      ...(section.mid === first ? candidates(transport) : {}),
    };
  });
  return write({ ...sessionPart(session, [...byMid.keys()], offer), media });
}

function received(section: OfferedSection, track: PublishedTrack): MediaDescription {
  const { kind, codec, rtpParameters } = track;
  const [routed] = rtpParameters.codecs;
  const { rtxPayloadType } = codec;
  const hasRtx = kind === 'video' && rtxPayloadType !== null;
  const parameters = SUPPORTED_CODECS[kind][codec.name]?.toAnswer(codec.parameters) ?? {};
  return {
    type: section.type,
    port: 9,
    protocol: section.protocol,
    payloads: [codec.payloadType, ...(hasRtx ? [rtxPayloadType] : [])].join(' '),
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
      ...(hasRtx ? [{ payload: rtxPayloadType, codec: 'rtx', rate: codec.clockRate }] : []),
    ],
    fmtp: [
      ...formatLine(codec.payloadType, parameters),
      ...(hasRtx ? formatLine(rtxPayloadType, { apt: codec.payloadType }) : []),
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

/**
 * Lists the received layers in the order of the offer, which expresses the offerer's preference.
 */
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
