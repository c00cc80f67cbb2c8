import type { types } from 'mediasoup';

const SPROP = 'sprop-parameter-sets';

/**
 * Returns the parameter sets signaled with an H.264 track (RFC 6184 8.1); null if there are none.
 */
export function offeredSetsOf({ codecs: [codec] }: types.RtpParameters): string | null {
  if (codec?.mimeType.toLowerCase() !== 'video/h264') return null;
  const sprop: unknown = codec.parameters?.[SPROP];
  return typeof sprop === 'string' && sprop !== '' ? sprop : null;
}

/**
 * Disguises an H.264 track so that mediasoup does not inspect its packets. mediasoup forwards no
 * H.264 packets before a parameter set. For AV1, it reads only header extensions and forwards
 * everything. Such a producer must be consumed only within the Node process.
 */
export function asOpaque(parameters: types.RtpParameters): types.RtpParameters {
  const codecs = parameters.codecs.map((codec) =>
    codec.mimeType.toLowerCase() === 'video/h264'
      ? { ...codec, mimeType: 'video/AV1', parameters: {} }
      : codec,
  );
  return { ...parameters, codecs };
}
