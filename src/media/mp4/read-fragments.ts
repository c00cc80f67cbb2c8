import { COMPOSITION_OFFSETS } from './fragment.js';
import type { PackagedFragment } from './packaged-fragment.js';
import { boxesIn, findBox } from './read-box.js';

/** The sample flag for samples that depend on others (ISO/IEC 14496-12 8.8.3.1). */
const NON_SYNC = 0x00010000;
const TRUN_DATA_OFFSET = 0x1;
/** The `trun` flags for per-sample durations, sizes and flags, as {@link fragment} writes them. */
const TRUN_SAMPLES = 0x700;

/**
 * Parses fragments of one track that `fragment` wrote. Offsets are relative to the start of the
 * bytes.
 *
 * @throws RangeError for malformed bytes
 */
export function readFragments(bytes: Uint8Array): PackagedFragment[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return boxesIn(view, { from: 0, to: view.byteLength }).flatMap((moof) => {
    if (moof.type !== 'moof') return [];
    const traf = findBox(view, moof, ['traf']);
    const tfdt = findBox(view, traf, ['tfdt']);
    const baseTicks = Number(view.getBigUint64(tfdt.from + 4));
    return [{ baseTicks, ...readRun(view, findBox(view, traf, ['trun']).from, moof.start) }];
  });
}

function readRun(view: DataView, at: number, moofAt: number): Omit<PackagedFragment, 'baseTicks'> {
  const flags = view.getUint32(at) & 0xffffff;
  const reorders = flags === (TRUN_SAMPLES | TRUN_DATA_OFFSET | COMPOSITION_OFFSETS);
  if (flags !== (TRUN_SAMPLES | TRUN_DATA_OFFSET) && !reorders)
    throw new RangeError('the track run has unsupported flags');
  const count = view.getUint32(at + 4);
  const offset = moofAt + view.getInt32(at + 8);
  const sizes: number[] = [];
  const durationsTicks: number[] = [];
  const keys: number[] = [];
  const compositionsTicks: number[] = [];
  const rowBytes = reorders ? 16 : 12;
  for (let index = 0; index < count; index += 1) {
    const row = at + 12 + rowBytes * index;
    durationsTicks.push(view.getUint32(row));
    sizes.push(view.getUint32(row + 4));
    if ((view.getUint32(row + 8) & NON_SYNC) === 0) keys.push(index);
    if (reorders) compositionsTicks.push(view.getInt32(row + 12));
  }
  return { offset, sizes, durationsTicks, keys, ...(reorders && { compositionsTicks }) };
}
