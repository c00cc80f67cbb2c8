import type { types } from 'mediasoup';
import type { ReceiverTerms } from '../broadcast/ports/media.js';
import { usefulCapabilities } from './bandwidth-estimation.js';
import { isReceivable } from './numbering.js';

/**
 * Returns the codecs, retransmissions, and header extensions that a router can send and a client
 * can receive. Their numbers must be the same at both ends, because mediasoup doesn't rewrite them.
 */
export function agreedCapabilities(
  { codecs = [], headerExtensions = [] }: types.RtpCapabilities,
  terms: Pick<ReceiverTerms, 'codecs' | 'headerExtensions'>,
): types.RtpCapabilities {
  return usefulCapabilities({
    codecs: codecs.flatMap((codec) => agreedCodec(codec, terms.codecs)),
    headerExtensions: headerExtensions.filter(({ kind, uri, preferredId }) =>
      terms.headerExtensions.some(
        (other) => other.kind === kind && other.uri === uri && other.preferredId === preferredId,
      ),
    ),
  });
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
