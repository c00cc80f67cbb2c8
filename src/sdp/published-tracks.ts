import type { MediaKind, RtpParameters } from '../protocol/rtc.js';
import { worstFirst } from './layer-order.js';
import type { Offer, OfferedSection } from './offer.js';
import type { OfferedCodec } from './read-codecs.js';
import { SdpError } from './sdp-error.js';
import { isSupportedExtension, SUPPORTED_CODECS, supportedFeedback } from './supported-media.js';

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';

/**
 * One track of a publisher's offer: the parameters for the router, and the codec for the answer.
 */
export type PublishedTrack = Readonly<{
  kind: MediaKind;
  mid: string;
  codec: OfferedCodec;
  rtpParameters: RtpParameters;
}>;

/**
 * Returns the tracks of a publisher's offer: one audio track, one video track, or both (RFC 9725,
 * section 4.4).
 * @throws {SdpError} `unsupported` if any track is unsupported, because RFC 9725, section 4.4.3,
 *   doesn't allow partial answers
 */
export function publishedTracks(offer: Offer): PublishedTrack[] {
  const sections = offer.sections.filter(({ disabled }) => !disabled);
  if (sections.length === 0)
    throw SdpError.unsupported('The offer sends no media: all its sections are disabled.');
  if (!offer.bundled)
    throw SdpError.unsupported('All sections must share one transport (a=group:BUNDLE).');
  const tracks = sections.map(publishedTrack);
  for (const kind of ['audio', 'video'] as const)
    if (tracks.filter((track) => track.kind === kind).length > 1)
      throw SdpError.unsupported(`The offer has more than one ${kind} track. Send at most one.`);
  return tracks;
}

function publishedTrack(section: OfferedSection): PublishedTrack {
  const { kind, mid, direction } = section;
  if (kind === 'other')
    throw SdpError.unsupported(
      `Section ${mid} is “${section.type}”. Only audio and video are supported, not data channels.`,
    );
  // Publishers offer sendonly (RFC 9725, section 4.2); sendrecv is tolerated.
  if (direction !== 'sendonly' && direction !== 'sendrecv')
    throw SdpError.unsupported(
      `Section ${mid} is ${direction}. A publisher’s sections must be sendonly.`,
    );
  const codec = preferredCodec(kind, section);
  return { kind, mid, codec, rtpParameters: rtpParametersOf(kind, section, codec) };
}

function preferredCodec(kind: MediaKind, section: OfferedSection): OfferedCodec {
  for (const [name, supported] of Object.entries(SUPPORTED_CODECS[kind])) {
    const variants = section.codecs.filter(
      (codec) =>
        codec.name === name &&
        codec.clockRate === supported.clockRate &&
        supported.takes(codec.parameters),
    );
    // H.264 packetization mode 1 is preferred, because it allows slices larger than a packet (RFC
    // 6184, section 6.3).
    const codec =
      variants.find(({ parameters }) => parameters['packetization-mode'] === 1) ?? variants[0];
    if (codec) return codec;
  }
  const wanted = Object.values(SUPPORTED_CODECS[kind]).map(
    ({ mimeType }) => mimeType.split('/')[1],
  );
  throw SdpError.unsupported(
    `None of the offered ${kind} codecs is supported. Supported: ${wanted.join(', ')}.`,
  );
}

function rtpParametersOf(
  kind: MediaKind,
  section: OfferedSection,
  codec: OfferedCodec,
): RtpParameters {
  const extensions = section.extensions.filter(({ uri }) => isSupportedExtension(kind, uri));
  const uris = new Set(extensions.map(({ uri }) => uri));
  return {
    mid: section.mid,
    codecs: routedCodecs(kind, codec, uris),
    headerExtensions: extensions.map(({ id, uri }) => ({
      id,
      uri,
      encrypt: false,
      parameters: {},
    })),
    encodings: encodingsOf(section, codec, uris),
    rtcp: {
      ...(section.cname === null ? {} : { cname: section.cname }),
      reducedSize: true,
      mux: true,
    },
  };
}

function routedCodecs(
  kind: MediaKind,
  codec: OfferedCodec,
  uris: ReadonlySet<string>,
): RtpParameters['codecs'] {
  const supported = SUPPORTED_CODECS[kind][codec.name];
  if (!supported) throw new Error(`the chosen codec ${codec.name} is not supported`);
  const { mimeType, clockRate, channels, toRouter } = supported;
  const routed = {
    mimeType,
    clockRate,
    ...(channels === undefined ? {} : { channels }),
    payloadType: codec.payloadType,
    parameters: toRouter(codec.parameters),
    rtcpFeedback: supportedFeedback(kind, codec, uris).map((feedback) => ({ ...feedback })),
  };
  if (kind === 'audio' || codec.rtxPayloadType === null) return [routed];
  const rtx = {
    mimeType: 'video/rtx',
    clockRate,
    payloadType: codec.rtxPayloadType,
    parameters: { apt: codec.payloadType },
    rtcpFeedback: [],
  };
  return [routed, rtx];
}

/**
 * Returns the encodings by which the router identifies a track's packets: by rid, by SSRC, or by
 * the MID in each packet.
 */
function encodingsOf(
  { mid, layers, ssrcs }: OfferedSection,
  { rtxPayloadType }: OfferedCodec,
  uris: ReadonlySet<string>,
): RtpParameters['encodings'] {
  if (layers.length > 0 && uris.has(RID_EXTENSION))
    return worstFirst(layers).map(({ rid }) => ({ rid }));
  const [source] = ssrcs;
  if (source) {
    const { ssrc, rtxSsrc } = source;
    const hasRtx = rtxSsrc !== null && rtxPayloadType !== null;
    return [{ ssrc, ...(hasRtx ? { rtx: { ssrc: rtxSsrc } } : {}) }];
  }
  if (uris.has(MID_EXTENSION)) return [{}];
  throw SdpError.unsupported(
    `The packets of section ${mid} can’t be identified. Add a=ssrc or the MID header extension.`,
  );
}
