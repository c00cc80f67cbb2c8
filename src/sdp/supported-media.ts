import type { MediaKind } from '../protocol/rtc.js';
import type { OfferedCodec, FormatParameters } from './read-codecs.js';

/** A codec that can be published, with its name in the router. */
type SupportedCodec = Readonly<{
  mimeType: string;
  clockRate: number;
  channels?: number;
  /** Returns false for variants that the router doesn't support. */
  takes: (parameters: FormatParameters) => boolean;
  /** Returns the router's parameters for the offered ones. */
  toRouter: (parameters: FormatParameters) => Record<string, string | number>;
  /** Returns the answer's parameters for the offered ones. */
  toAnswer: (parameters: FormatParameters) => Record<string, string | number>;
}>;

const anyVariant = () => true;
const asIs = (parameters: FormatParameters) => ({ ...parameters });

const H264: SupportedCodec = {
  mimeType: 'video/H264',
  clockRate: 90_000,
  takes: anyVariant,
  // The router supports H.264 in one form, constrained baseline in mode 1. Every profile can use
  // these parameters, because the router forwards packets unchanged, players use the parameter sets
  // in the stream, and receivers of mode 1 support mode 0 (RFC 6184, section 5.4). Some encoders
  // announce the baseline profile but send the high profile.
  toRouter: (parameters) => ({
    ...parameters,
    'packetization-mode': 1,
    'profile-level-id': '42e01f',
    'level-asymmetry-allowed': 1,
  }),
  toAnswer: ({
    'packetization-mode': mode = 0,
    'profile-level-id': profile = '42e01f',
    'level-asymmetry-allowed': asymmetry,
  }) => ({
    ...(asymmetry === undefined ? {} : { 'level-asymmetry-allowed': asymmetry }),
    'packetization-mode': mode,
    'profile-level-id': profile,
  }),
};

const VIDEO: Readonly<Record<string, SupportedCodec>> = {
  h264: H264,
  vp9: {
    mimeType: 'video/VP9',
    clockRate: 90_000,
    takes: ({ 'profile-id': profile = 0 }) => profile === 0,
    toRouter: (parameters) => ({ ...parameters, 'profile-id': 0 }),
    toAnswer: () => ({ 'profile-id': 0 }),
  },
  av1: {
    mimeType: 'video/AV1',
    clockRate: 90_000,
    takes: ({ profile = 0 }) => profile === 0,
    toRouter: asIs,
    toAnswer: asIs,
  },
  vp8: {
    mimeType: 'video/VP8',
    clockRate: 90_000,
    takes: anyVariant,
    toRouter: asIs,
    toAnswer: asIs,
  },
};

const AUDIO: Readonly<Record<string, SupportedCodec>> = {
  opus: {
    mimeType: 'audio/opus',
    clockRate: 48_000,
    // The number is always 2, even for mono (RFC 7587, section 7). Some offers omit it.
    channels: 2,
    takes: anyVariant,
    toRouter: asIs,
    // In an answer, these parameters state what the answerer prefers to receive (RFC 7587, section
    // 6.1): stereo and FEC.
    toAnswer: ({ minptime }) => ({
      ...(minptime === undefined ? {} : { minptime }),
      stereo: 1,
      useinbandfec: 1,
    }),
  },
};

/**
 * The supported codecs by kind, with the preferred one first. H.264 is preferred, because all
 * players can play it without transcoding.
 */
export const SUPPORTED_CODECS: Readonly<
  Record<MediaKind, Readonly<Record<string, SupportedCodec>>>
> = { audio: AUDIO, video: VIDEO };

/** RTP header extensions that the router uses, by kind. */
const EXTENSIONS: Readonly<Record<MediaKind, ReadonlySet<string>>> = {
  audio: new Set([
    'urn:ietf:params:rtp-hdrext:sdes:mid',
    'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
    'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  ]),
  video: new Set([
    'urn:ietf:params:rtp-hdrext:sdes:mid',
    'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
    'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
    'urn:ietf:params:rtp-hdrext:toffset',
    'urn:3gpp:video-orientation',
    'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
    'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  ]),
};

/** Whether the router uses this RTP header extension for a kind. */
export function isSupportedExtension(kind: MediaKind, uri: string): boolean {
  return EXTENSIONS[kind].has(uri);
}

/** Supported RTCP feedback (`a=rtcp-fb`), as `type parameter`. */
const FEEDBACK: Readonly<Record<MediaKind, ReadonlySet<string>>> = {
  audio: new Set(['nack', 'transport-cc']),
  video: new Set(['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc']),
};

const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const ABS_SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';

/**
 * Returns the part of the offered feedback that is supported. Only one method of bandwidth
 * estimation is used, and only with the header extension that it needs.
 */
export function supportedFeedback(
  kind: MediaKind,
  { feedback }: OfferedCodec,
  extensionUris: ReadonlySet<string>,
): OfferedCodec['feedback'] {
  const estimates = (type: string) => feedback.some((offered) => offered.type === type);
  const byTransport = extensionUris.has(TRANSPORT_CC) && estimates('transport-cc');
  const byRemb = !byTransport && extensionUris.has(ABS_SEND_TIME);
  return feedback.filter(({ type, parameter }) => {
    if (type === 'transport-cc') return byTransport;
    if (type === 'goog-remb') return byRemb && FEEDBACK[kind].has(type);
    return FEEDBACK[kind].has(parameter === undefined ? type : `${type} ${parameter}`);
  });
}
