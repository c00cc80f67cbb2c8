import { box, fullBox, u32 } from './box.js';
import { TRACK_ID } from './init-segment.js';
import type { Sample } from './sample.js';

export type Fragment = Readonly<{
  /** The sequence number of the fragment, from 1 (`mfhd`). */
  sequence: number;
  /** The time of the first sample in ticks of the track's timescale; a safe integer. */
  baseTicks: number;
  samples: readonly Sample[];
}>;

// Sample flags (ISO/IEC 14496-12 8.8.3.1): a sample that doesn't depend on others, and one that
// does and isn't a sync sample.
const SYNC_FLAGS = 0x02000000;
const NON_SYNC_FLAGS = 0x01010000;

/** The `trun` flag for per-sample composition offsets. */
export const COMPOSITION_OFFSETS = 0x000800;

/** Returns a `moof` and its `mdat` with consecutive samples. */
export function fragment({ sequence, baseTicks, samples }: Fragment): Uint8Array {
  // The data offset is relative to the start of the `moof`, whose size doesn't depend on the
  // offset's value.
  const { length } = movieFragment({ sequence, baseTicks, samples }, 0);
  const moof = movieFragment({ sequence, baseTicks, samples }, length + 8);
  const dataBytes = samples.reduce((total, { data }) => total + data.length, 0);
  const bytes = new Uint8Array(length + 8 + dataBytes);
  bytes.set(moof);
  bytes.set(box('mdat'), length);
  bytes.set(u32(8 + dataBytes), length);
  let at = length + 8;
  for (const { data } of samples) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

function movieFragment({ sequence, baseTicks, samples }: Fragment, dataOffset: number): Uint8Array {
  const high = Math.floor(baseTicks / 2 ** 32);
  return box(
    'moof',
    fullBox('mfhd', {}, u32(sequence)),
    box(
      'traf',
      fullBox('tfhd', { flags: 0x020000 }, u32(TRACK_ID)), // default-base-is-moof
      fullBox('tfdt', { version: 1 }, u32(high), u32(baseTicks - high * 2 ** 32)),
      trackRun(samples, dataOffset),
    ),
  );
}

function trackRun(samples: readonly Sample[], dataOffset: number): Uint8Array {
  const durationSizeAndFlags = 0x000701; // and the data's offset
  const reorders = samples.some(({ compositionTicks = 0 }) => compositionTicks !== 0);
  const rows = samples.flatMap(({ data, durationTicks, keyFrame, compositionTicks = 0 }) => {
    const row = [
      ...u32(durationTicks),
      ...u32(data.length),
      ...u32(keyFrame ? SYNC_FLAGS : NON_SYNC_FLAGS),
    ];
    return reorders ? row.concat(u32(compositionTicks)) : row;
  });
  return fullBox(
    'trun',
    // 8.8.8: in version 1, composition offsets are signed.
    reorders
      ? { version: 1, flags: durationSizeAndFlags | COMPOSITION_OFFSETS }
      : { flags: durationSizeAndFlags },
    u32(samples.length),
    u32(dataOffset),
    rows,
  );
}
