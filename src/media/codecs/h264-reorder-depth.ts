import { parseAvcRecord } from './avc-record.js';
import type { CodecConfig } from './codec-config.js';
import { parseSps } from './h264-sps.js';

/**
 * Returns the largest number of pictures that an H.264 stream decodes before a picture and shows
 * after it, as its sequence parameter set declares; null if it doesn't.
 */
export function reorderDepthOf({ record }: CodecConfig): number | null {
  const [sps] = parseAvcRecord(record)?.sets ?? [];
  return (sps && parseSps(sps)?.reorderDepth) ?? null;
}
