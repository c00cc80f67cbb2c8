import { parseAacSpecificConfig } from './aac-specific-config.js';

/** Elements of a raw_data_block (ISO/IEC 14496-3 table 4.85). */
const SCE = 0;
const CPE = 1;
const LFE = 3;
const END = 7;

/** The elements for each `channelConfiguration` (table 1.19), by the number of channels. */
const ELEMENTS: Readonly<Record<number, readonly number[]>> = {
  1: [SCE],
  2: [CPE],
  3: [SCE, CPE],
  4: [SCE, CPE, SCE],
  5: [SCE, CPE, CPE],
  6: [SCE, CPE, CPE, LFE],
  8: [SCE, CPE, CPE, CPE, LFE],
};

type Bits = readonly [value: number, count: number];

/**
 * A long window without scale factor bands, and therefore without a spectrum (4.4.2.1, `ics_info`):
 * reserved, sequence, shape, `max_sfb`, and no prediction.
 */
const INFO: Bits = [0, 11];
const GAIN: Bits = [0, 8];
/** No pulses, no temporal noise shaping, no gain control. */
const TOOLS: Bits = [0, 3];

/**
 * Returns a silent frame (a raw_data_block) for AAC with this AudioSpecificConfig, which must be
 * one that `aacConfigOf` accepts. HE-AAC allows frames without extension data.
 */
export function silentAacFrame(record: Uint8Array): Uint8Array {
  const channels = parseAacSpecificConfig(record)?.channels ?? 0;
  const elements = ELEMENTS[channels];
  if (!elements) throw new RangeError(`no silence for ${channels} channels of AAC`);
  const tags = new Map<number, number>();
  const bits = elements.flatMap((element): Bits[] => {
    const tag = tags.get(element) ?? 0;
    tags.set(element, tag + 1);
    return [[element, 3], [tag, 4], ...contentOf(element)];
  });
  return bytesOf([...bits, [END, 3]]);
}

/** A channel pair shares one window (`common_window`) and has no mid/side coding. */
function contentOf(element: number): readonly Bits[] {
  if (element !== CPE) return [GAIN, INFO, TOOLS];
  return [[1, 1], INFO, [0, 2], GAIN, TOOLS, GAIN, TOOLS];
}

/** Returns the bits as bytes, most significant first, padded with zeros. */
function bytesOf(all: readonly Bits[]): Uint8Array {
  const text = all.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  const bytes = text.match(/.{1,8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}
