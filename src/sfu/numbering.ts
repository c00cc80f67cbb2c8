import type { types } from 'mediasoup';
import type { NumberedCodec } from '../broadcast/ports/media.js';

type RouterCodec = types.RouterRtpCodecCapability & { preferredPayloadType: number };

/**
 * The codecs of a router whose payload types are a client's: mediasoup never rewrites what it sends out,
 * so what a client has chosen in its offer the router has to have from the start.
 */
export type Numbering = Readonly<{
  /** The same for clients that can share a router. */
  key: string;
  codecs: readonly RouterCodec[];
}>;

/** What mediasoup gives to the repeats of video codecs, in this order (its ortc.ts). */
const RTX_PAYLOAD_TYPES = [...range(100, 127), ...range(96, 99)];

/**
 * Gives the codecs that we route the numbers of those that a client can receive. Each gets the one of the
 * same H.264 profile where there is one, else another of the same name: decoders of WebRTC take any profile.
 *
 * @param routed what the origin's router has, those that are being sent first
 * @param offered what the client has, the one it prefers first
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
 * Whether a client that offers one codec can receive the other. H.264 without a packetization mode is mode 0 (RFC 6184
 * 8.1), but the programs that leave it out, such as GStreamer's whepclientsrc, unpack mode 1 like everybody: only who
 * asks for mode 0 in so many words is taken at it.
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

/** Whether they are one codec, packed in one way; H.264 of any profile. */
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

/** `profile-level-id` without its level: profile_idc and profile-iop (RFC 6184 8.1). */
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
 * In an order in which none of the numbers that mediasoup makes up for repeats is one of a codec behind
 * it; where there is no such order, without the codecs that are wanted least.
 */
function withRoomForRtx(codecs: readonly RouterCodec[]): RouterCodec[] {
  for (let count = codecs.length; count > 0; count--) {
    const order = codecs.slice(0, count).toSorted((a, b) => rank(a) - rank(b));
    if (hasRoomForRtx(order)) return order;
  }
  return [];
}

/** Audio has no repeats; numbers that are given out first go first. */
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
