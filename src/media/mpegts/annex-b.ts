import { NALS_MAX } from '../codecs/avc-record.js';

/**
 * Splits a byte stream into its NAL units (ITU-T H.264 annex B). The data isn't copied; zeros after
 * a unit are left out. Bytes before the first start code are ignored. Returns nothing if there are
 * more than {@link NALS_MAX} units.
 */
export function nalUnitsIn(stream: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let begin: number | null = null;
  for (let at = stream.indexOf(1, 2); at !== -1; at = stream.indexOf(1, at + 1)) {
    if (stream[at - 1] !== 0 || stream[at - 2] !== 0) continue;
    if (begin !== null) add(units, stream.subarray(begin, at - 2));
    if (units.length === NALS_MAX) return [];
    begin = at + 1;
  }
  if (begin !== null) add(units, stream.subarray(begin));
  return units;
}

function add(units: Uint8Array[], unit: Uint8Array): void {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end -= 1;
  if (end > 0) units.push(unit.subarray(0, end));
}
