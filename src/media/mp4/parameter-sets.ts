import { u32 } from './box.js';
import { boxesIn } from './read-box.js';

/**
 * The length of a visual sample entry before its child boxes (ISO/IEC 14496-12 12.1.3), including
 * the size and type.
 */
const VISUAL_ENTRY_BYTES = 86;
/**
 * The length of `avcC` before its first parameter set. The five low bits of the last of these bytes
 * hold the number of sequence parameter sets.
 */
const AVCC_HEAD_BYTES = 6;

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
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const units: Uint8Array[] = [];
  let at = AVCC_HEAD_BYTES;
  const take = (count: number): void => {
    for (let taken = 0; taken < count; taken += 1) {
      const length = view.getUint16(at);
      units.push(Uint8Array.from(u32(length)), record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  };
  take(view.getUint8(at - 1) & 0x1f);
  const pictureSets = view.getUint8(at);
  at += 1;
  take(pictureSets);
  return Buffer.concat(units);
}
