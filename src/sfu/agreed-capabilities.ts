import type { types } from 'mediasoup';
import type { ReceiverTerms } from '../broadcast/ports.js';
import { isSameCodec } from './numbering.js';

/**
 * What a router can send that a client has said it receives: codecs, repeats and header extensions only
 * under the same numbers at both ends, since mediasoup rewrites neither.
 */
export function agreedCapabilities(
  { codecs = [], headerExtensions = [] }: types.RtpCapabilities,
  terms: Pick<ReceiverTerms, 'codecs' | 'headerExtensions'>,
): types.RtpCapabilities {
  return {
    codecs: codecs.flatMap((codec) => agreedCodec(codec, terms.codecs)),
    headerExtensions: headerExtensions.filter(({ kind, uri, preferredId }) =>
      terms.headerExtensions.some(
        (other) => other.kind === kind && other.uri === uri && other.preferredId === preferredId,
      ),
    ),
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
  const match = offered.find((one) => one.payloadType === payloadType && isSameCodec(one, codec));
  if (!match) return [];
  const has = ({ type, parameter = '' }: types.RtcpFeedback) =>
    match.rtcpFeedback.some((one) => one.type === type && (one.parameter ?? '') === parameter);
  return [{ ...codec, rtcpFeedback: (codec.rtcpFeedback ?? []).filter(has) }];
}
