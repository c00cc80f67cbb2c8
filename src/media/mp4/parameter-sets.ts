import { parseAvcRecord, sampleOf } from '../codecs/avc-record.js';
import { boxesIn } from './read-box.js';

/**
 * The length of a visual sample entry before its child boxes (ISO/IEC 14496-12 12.1.3), including
 * the size and type.
 */
const VISUAL_ENTRY_BYTES = 86;

/**
 * Returns the H.264 parameter sets in a sample entry (ISO/IEC 14496-15 5.3.3.1), as NAL units with
 * 4-byte lengths, as in samples. Returns null for codecs other than H.264.
 * @throws RangeError for malformed bytes
 */
export function parameterSetsOf(entry: Uint8Array): Uint8Array | null {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const inEntry = { from: VISUAL_ENTRY_BYTES, to: view.byteLength };
  if (view.byteLength < VISUAL_ENTRY_BYTES) return null;
  const avcC = boxesIn(view, inEntry).find(({ type }) => type === 'avcC');
  return avcC ? parameterSetsIn(entry.subarray(avcC.from, avcC.to)) : null;
}

/**
 * Returns the parameter sets in the body of an `avcC` (ISO/IEC 14496-15 5.3.3.1), as NAL units with
 * 4-byte lengths, as in samples.
 * @throws RangeError for malformed bytes
 */
export function parameterSetsIn(record: Uint8Array): Uint8Array {
  const parsed = parseAvcRecord(record);
  if (parsed === null) throw new RangeError('the configuration of H.264 is malformed');
  return sampleOf(parsed.sets);
}
