import type { NumberedCodec, ReceiverTerms } from '../broadcast/ports/media.js';
import type { MediaKind } from '../protocol/rtc.js';
import type { Offer, OfferedSection } from './offer.js';
import type { OfferedCodec } from './read-codecs.js';
import { SdpError } from './sdp-error.js';

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';

/** A section that media is sent in. */
export type ReceivingSection = OfferedSection & Readonly<{ kind: MediaKind }>;

/**
 * Returns the sections of a player's description that can carry media: the first of each kind (WHEP
 * 4.9.2: one MediaStream with at most one track of a kind).
 * @throws {SdpError} `unsupported` if there is none, or they do not share one transport
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
 * Whether the player can identify a track without a signaled SSRC by its MID or payload type (RFC
 * 9143 9.2), as browsers do, and others that support the MID header extension. A player that was
 * given an SSRC accepts no other afterwards.
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
