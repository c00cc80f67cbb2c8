import type { types } from 'mediasoup';

const SPROP = 'sprop-parameter-sets';

/** The parameter sets that a track of H.264 was announced with (RFC 6184 8.1); null: none were. */
export function offeredSetsOf({ codecs: [codec] }: types.RtpParameters): string | null {
  if (codec?.mimeType.toLowerCase() !== 'video/h264') return null;
  const sprop: unknown = codec.parameters?.[SPROP];
  return typeof sprop === 'string' && sprop !== '' ? sprop : null;
}

/**
 * A track of H.264 under a name by which mediasoup looks into none of its packets: of H.264 it forwards nothing before a
 * parameter set, of AV1 it reads header extensions only, and lets everything through to whoever consumes. Such a
 * producer is for this process only.
 */
export function asOpaque(parameters: types.RtpParameters): types.RtpParameters {
  const codecs = parameters.codecs.map((codec) =>
    codec.mimeType.toLowerCase() === 'video/h264'
      ? { ...codec, mimeType: 'video/AV1', parameters: {} }
      : codec,
  );
  return { ...parameters, codecs };
}
