import type { types } from 'mediasoup';

export const TRANSPORT_CC =
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
export const ABS_SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';

/**
 * Removes what this server can't use from a client's receive capabilities: REMB with its header
 * extension, because mediasoup ignores the bit rates that REMB reports
 * (findings/mediasoup-remb.sh), and transport-cc feedback if its header extension is missing.
 */
export function usefulCapabilities({
  codecs = [],
  headerExtensions = [],
}: types.RtpCapabilities): types.RtpCapabilities {
  const counts = (kind: types.MediaKind) =>
    headerExtensions.some((one) => one.kind === kind && one.uri === TRANSPORT_CC);
  return {
    headerExtensions: headerExtensions.filter(({ uri }) => uri !== ABS_SEND_TIME),
    codecs: codecs.map((codec) =>
      withFeedback(
        codec,
        (type) => type !== 'goog-remb' && (type !== 'transport-cc' || counts(codec.kind)),
      ),
    ),
  };
}

/** Removes everything that bandwidth estimation needs. */
export function withoutEstimation({
  codecs = [],
  headerExtensions = [],
}: types.RtpCapabilities): types.RtpCapabilities {
  return {
    headerExtensions: headerExtensions.filter(({ uri }) => uri !== TRANSPORT_CC),
    codecs: codecs.map((codec) => withFeedback(codec, (type) => type !== 'transport-cc')),
  };
}

/**
 * Whether a track has layers to choose from. Without them, estimating a viewer's bandwidth would be
 * useless, and would cost more than a quarter as much as forwarding.
 */
export function hasLayers({ kind, type }: Pick<types.Producer, 'kind' | 'type'>): boolean {
  return kind === 'video' && type !== 'simple';
}

/** Whether a consumer's packets are counted to estimate the viewer's bandwidth. */
export function isEstimated({
  rtpParameters: { headerExtensions = [] },
}: Pick<types.Consumer, 'rtpParameters'>): boolean {
  return headerExtensions.some(({ uri }) => uri === TRANSPORT_CC);
}

function withFeedback(
  codec: types.RtpCodecCapability,
  keeps: (type: string) => boolean,
): types.RtpCodecCapability {
  return { ...codec, rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => keeps(type)) };
}
