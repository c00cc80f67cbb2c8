import type { NumberedCodec, ReceiverTerms } from '../broadcast/ports/media.js';
import type { MediaKind } from '../protocol/rtc.js';
import type { Offer, OfferedSection } from './offer.js';
import type { OfferedCodec } from './read-codecs.js';
import { SdpError } from './sdp-error.js';

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';

/** A section that media is sent in. */
export type ReceivingSection = OfferedSection & Readonly<{ kind: MediaKind }>;

/**
 * The sections of a player's description that media can be sent in: the first of each kind (one
 * MediaStream with one track of a kind at most, WHEP 4.9.2).
 *
 * @throws {SdpError} `unsupported` when there is none, or they don't share one transport
 */
export function receivingSections(offer: Offer): ReceivingSection[] {
  const receiving = offer.sections.filter(isReceiving);
  const sections = (['audio', 'video'] as const).flatMap(
    (wanted) => receiving.find(({ kind }) => kind === wanted) ?? [],
  );
  if (sections.length === 0)
    throw SdpError.unsupported(
      'The SDP receives nothing: it needs an audio or video section that is recvonly or sendrecv.',
    );
  if (sections.length > 1 && !offer.bundled)
    throw SdpError.unsupported('All sections have to share one transport (a=group:BUNDLE).');
  return sections;
}

/**
 * Whether the player may find a track that no SSRC was named of by its MID or payload type (RFC 9143 9.2), as browsers
 * do and others that know the MID's header extension. Who was told an SSRC knows no other from then on.
 */
export function findsByMid({ extensions }: Pick<OfferedSection, 'extensions'>): boolean {
  return extensions.some(({ uri }) => uri === MID_EXTENSION);
}

/** What may be sent in these sections. */
export function receiverTerms(sections: readonly ReceivingSection[]): ReceiverTerms {
  return {
    codecs: sections.flatMap(({ kind, codecs }) => codecs.map((codec) => numbered(kind, codec))),
    headerExtensions: sections.flatMap(({ kind, extensions }) =>
      extensions.map(({ id, uri }) => ({ kind, uri, preferredId: id })),
    ),
    mids: Object.fromEntries(sections.map(({ kind, mid }) => [kind, mid])),
  };
}

function isReceiving(section: OfferedSection): section is ReceivingSection {
  const { kind, disabled, direction } = section;
  // WHEP 4.3.5: sendonly and inactive are no player's.
  return !disabled && kind !== 'other' && (direction === 'recvonly' || direction === 'sendrecv');
}

function numbered(kind: MediaKind, codec: OfferedCodec): NumberedCodec {
  const { name, payloadType, clockRate, channels, parameters, feedback, rtxPayloadType } = codec;
  return {
    payloadType,
    mimeType: `${kind}/${name}`,
    clockRate,
    ...(kind === 'audio' ? { channels } : {}),
    parameters,
    rtcpFeedback: feedback,
    rtxPayloadType,
  };
}
