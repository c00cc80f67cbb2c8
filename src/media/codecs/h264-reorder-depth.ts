import { parseAvcRecord } from './avc-record.js';
import type { CodecConfig } from './codec-config.js';
import { parseSps } from './h264-sps.js';

/**
 * Returns the maximum number of pictures that an H.264 stream decodes before a picture but shows
 * after it, as declared by its sequence parameter set; null if not declared.
 */
export function reorderDepthOf({ record }: CodecConfig): number | null {
  const [sps] = parseAvcRecord(record)?.sets ?? [];
  return (sps && parseSps(sps)?.reorderDepth) ?? null;
}
