import type { types } from 'mediasoup';
import type { ReceiverTerms } from '../broadcast/ports/media.js';
import { isReceivable } from './numbering.js';

/** The header extensions for bandwidth estimation. */
export const TRANSPORT_CC =
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
export const ABS_SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';

/**
 * Returns the codecs, retransmissions, and header extensions that a router can send and a client
 * can receive. Their numbers must be the same at both ends, because mediasoup doesn't rewrite them.
 */
export function agreedCapabilities(
  { codecs = [], headerExtensions = [] }: types.RtpCapabilities,
  terms: Pick<ReceiverTerms, 'codecs' | 'headerExtensions'>,
): types.RtpCapabilities {
  return withOneEstimation({
    codecs: codecs.flatMap((codec) => agreedCodec(codec, terms.codecs)),
    headerExtensions: headerExtensions.filter(({ kind, uri, preferredId }) =>
      terms.headerExtensions.some(
        (other) => other.kind === kind && other.uri === uri && other.preferredId === preferredId,
      ),
    ),
  });
}

/**
 * Keeps only the kind of feedback that mediasoup will use for bandwidth estimation. mediasoup
 * supports several kinds, but uses one.
 */
export function withOneEstimation(capabilities: types.RtpCapabilities): types.RtpCapabilities {
  const { codecs = [], headerExtensions = [] } = capabilities;
  const has = (kind: types.MediaKind, uri: string) =>
    headerExtensions.some((one) => one.kind === kind && one.uri === uri);
  return {
    headerExtensions,
    codecs: codecs.map((codec) => {
      const byTransport = has(codec.kind, TRANSPORT_CC);
      const byRemb = !byTransport && has(codec.kind, ABS_SEND_TIME);
      const rtcpFeedback = (codec.rtcpFeedback ?? []).filter(({ type }) => {
        if (type === 'transport-cc') return byTransport;
        return type !== 'goog-remb' || byRemb;
      });
      return { ...codec, rtcpFeedback };
    }),
  };
}

function agreedCodec(
  codec: types.RtpCodecCapability,
  offered: ReceiverTerms['codecs'],
): types.RtpCodecCapability[] {
  const { preferredPayloadType: payloadType, parameters = {} } = codec;
  if (codec.mimeType.toLowerCase().endsWith('/rtx')) {
    const original = offered.find((one) => one.payloadType === parameters.apt);
    return original?.rtxPayloadType === payloadType ? [codec] : [];
  }
  const match = offered.find((one) => one.payloadType === payloadType && isReceivable(codec, one));
  if (!match) return [];
  const has = ({ type, parameter = '' }: types.RtcpFeedback) =>
    match.rtcpFeedback.some((one) => one.type === type && (one.parameter ?? '') === parameter);
  return [{ ...codec, rtcpFeedback: (codec.rtcpFeedback ?? []).filter(has) }];
}
