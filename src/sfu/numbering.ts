import type { types } from 'mediasoup';
import type { NumberedCodec } from '../broadcast/ports/media.js';

type RouterCodec = types.RouterRtpCodecCapability & { preferredPayloadType: number };

/**
 * A router's codecs, with a client's payload types. mediasoup never rewrites payload types when it
 * forwards packets, so the router must use those of the client's offer from the start.
 */
export type Numbering = Readonly<{
  /** A key that is equal for clients that can share a router. */
  key: string;
  codecs: readonly RouterCodec[];
}>;

/**
 * The payload types that mediasoup assigns to retransmissions of video codecs, in this order (see
 * its ortc.ts).
 */
const RTX_PAYLOAD_TYPES = [...range(100, 127), ...range(96, 99)];

/**
 * Assigns to the routed codecs the payload types of the codecs that a client can receive. Each
 * routed codec gets the type of the same H.264 profile if that is offered, otherwise the type of
 * another codec with the same name, because WebRTC decoders accept any profile.
 * @param routed the codecs of the origin's router, with those being sent first
 * @param offered the client's codecs, in order of preference
 */
export function numberCodecs(
  routed: readonly types.RtpCodecCapability[],
  offered: readonly NumberedCodec[],
): Numbering {
  const free = new Set(offered);
  const chosen = new Map<types.RtpCodecCapability, NumberedCodec>();
  const isSame = (codec: types.RtpCodecCapability, one: NumberedCodec) => isSameCodec(codec, one);
  for (const isClose of [and(isSame, isSameProfile), isSame, isSameProfile, () => true])
    for (const codec of routed) {
      if (chosen.has(codec)) continue;
      const match = [...free].find((one) => isReceivable(codec, one) && isClose(codec, one));
      if (!match) continue;
      free.delete(match);
      chosen.set(codec, match);
    }
  const codecs = routed.flatMap((codec) => {
    const match = chosen.get(codec);
    return match ? [numbered(codec, match.payloadType)] : [];
  });
  const placed = withRoomForRtx(codecs);
  return { key: placed.map(keyOf).toSorted().join(' '), codecs: placed };
}

type Comparison = (codec: types.RtpCodecCapability, offered: NumberedCodec) => boolean;

function and(one: Comparison, other: Comparison): Comparison {
  return (codec, offered) => one(codec, offered) && other(codec, offered);
}

/**
 * Whether a client that offers one codec can receive the other. A missing packetization mode for
 * H.264 means mode 0 (RFC 6184 8.1), but clients that omit the mode, such as GStreamer's
 * whepclientsrc, also accept mode 1. Therefore only an explicit mode 0 is enforced.
 */
export function isReceivable(
  codec: Pick<NumberedCodec, 'mimeType' | 'clockRate' | 'parameters'>,
  offered: Pick<NumberedCodec, 'mimeType' | 'clockRate' | 'parameters'>,
): boolean {
  const { mimeType, parameters = {} } = offered;
  const saysNoMode =
    mimeType.toLowerCase() === 'video/h264' && parameters['packetization-mode'] === undefined;
  return isSameCodec(
    codec,
    saysNoMode ? { ...offered, parameters: { ...parameters, 'packetization-mode': 1 } } : offered,
  );
}

/**
 * Whether both are the same codec with the same packetization. The profiles of H.264 may differ.
 */
export function isSameCodec(
  one: Pick<NumberedCodec, 'mimeType' | 'clockRate' | 'parameters'>,
  other: Pick<NumberedCodec, 'mimeType' | 'clockRate' | 'parameters'>,
): boolean {
  const mimeType = one.mimeType.toLowerCase();
  if (mimeType !== other.mimeType.toLowerCase() || one.clockRate !== other.clockRate) return false;
  if (mimeType === 'video/h264') return same(one, other, 'packetization-mode', 0);
  if (mimeType === 'video/vp9') return same(one, other, 'profile-id', 0);
  return mimeType !== 'video/av1' || same(one, other, 'profile', 0);
}

/** Compares `profile-level-id` without the level: profile_idc and profile-iop (RFC 6184 8.1). */
function isSameProfile(
  one: Pick<NumberedCodec, 'parameters'>,
  other: Pick<NumberedCodec, 'parameters'>,
): boolean {
  const profile = ({ parameters = {} }: Pick<NumberedCodec, 'parameters'>) => {
    const id = parameters['profile-level-id'];
    return typeof id === 'string' ? id.slice(0, 4).toLowerCase() : '4200';
  };
  return profile(one) === profile(other);
}

function same(
  one: Pick<NumberedCodec, 'parameters'>,
  other: Pick<NumberedCodec, 'parameters'>,
  parameter: string,
  fallback: number,
): boolean {
  const value = ({ parameters = {} }: Pick<NumberedCodec, 'parameters'>) =>
    Number(parameters[parameter] ?? fallback);
  return value(one) === value(other);
}

function numbered(
  { kind, mimeType, clockRate, channels, parameters }: types.RtpCodecCapability,
  preferredPayloadType: number,
): RouterCodec {
  return {
    kind,
    mimeType,
    clockRate,
    ...(channels === undefined ? {} : { channels }),
    ...(parameters === undefined ? {} : { parameters }),
    preferredPayloadType,
  };
}

function keyOf({ mimeType, parameters = {}, preferredPayloadType }: RouterCodec): string {
  const { 'profile-level-id': profile = '', 'packetization-mode': mode = '' } = parameters;
  return `${preferredPayloadType}=${mimeType}/${String(profile)}/${String(mode)}`;
}

/**
 * Orders the codecs so that none of the types that mediasoup assigns to retransmissions collides
 * with a later codec. If no such order exists, drops the least preferred codecs.
 */
function withRoomForRtx(codecs: readonly RouterCodec[]): RouterCodec[] {
  for (let count = codecs.length; count > 0; count--) {
    const order = codecs.slice(0, count).toSorted((a, b) => rank(a) - rank(b));
    if (hasRoomForRtx(order)) return order;
  }
  return [];
}

/**
 * Audio comes first, because it has no retransmissions. Next are the codecs whose payload types
 * mediasoup would assign first.
 */
function rank({ kind, preferredPayloadType }: RouterCodec): number {
  return kind === 'audio' ? -1 : RTX_PAYLOAD_TYPES.indexOf(preferredPayloadType) + 1;
}

function hasRoomForRtx(order: readonly RouterCodec[]): boolean {
  const taken = new Set<number>();
  for (const { kind, preferredPayloadType } of order) {
    if (taken.has(preferredPayloadType)) return false;
    taken.add(preferredPayloadType);
    if (kind === 'audio') continue;
    const rtx = RTX_PAYLOAD_TYPES.find((payloadType) => !taken.has(payloadType));
    if (rtx !== undefined) taken.add(rtx);
  }
  return true;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
