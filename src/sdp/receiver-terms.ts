import type { NumberedCodec, ReceiverTerms } from '../broadcast/ports/media.js';
import type { MediaKind } from '../protocol/rtc.js';
import type { Offer, OfferedSection } from './offer.js';
import type { OfferedCodec } from './read-codecs.js';
import { SdpError } from './sdp-error.js';

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';

/** A section in which the server sends media. */
export type ReceivingSection = OfferedSection & Readonly<{ kind: MediaKind }>;

/**
 * Returns the sections of a player's description in which media can be sent: the first of each kind
 * (WHEP 4.9.2: one MediaStream with at most one track per kind).
 * @throws {SdpError} `unsupported` if there is no such section, or the sections don't share one
 *   transport
 */
export function receivingSections(offer: Offer): ReceivingSection[] {
  const receiving = offer.sections.filter(isReceiving);
  const sections = (['audio', 'video'] as const).flatMap(
    (wanted) => receiving.find(({ kind }) => kind === wanted) ?? [],
  );
  if (sections.length === 0)
    throw SdpError.unsupported(
      'No section of the SDP receives media. An audio or video section must be recvonly or sendrecv.',
    );
  if (sections.length > 1 && !offer.bundled)
    throw SdpError.unsupported('All sections must share one transport (a=group:BUNDLE).');
  return sections;
}

/**
 * Whether the player can identify a track without a signaled SSRC, by MID or payload type (RFC
 * 9143, section 9.2). Browsers and other players that support the MID header extension can. Once an
 * SSRC has been signaled to a player, it accepts no other SSRC.
 */
export function findsByMid({ extensions }: Pick<OfferedSection, 'extensions'>): boolean {
  return extensions.some(({ uri }) => uri === MID_EXTENSION);
}

/** Returns the terms on which media can be sent in these sections. */
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
  // WHEP 4.3.5: players don't offer sendonly or inactive.
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
