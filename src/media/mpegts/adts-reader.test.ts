import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { adtsFrame } from '../../../test/support/ts-writer.js';
import { AdtsReader, type AdtsFrame } from './adts-reader.js';

const FRAME_TICKS = 1_920;
/** AAC-LC, 48 kHz, stereo. */
const CONFIG = '1190';
/** What looks like a header: AAC Main at 44.1 kHz, a frame of 30 bytes. */
const DECEPTION = Buffer.from('fff1104003dffc', 'hex');

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const told = (frames: readonly AdtsFrame[]) =>
  frames.map(({ data, config, pts }) => [hexOf(data), hexOf(config), pts]);

/** A frame in which something looks like a header. */
const deceptive = fc
  .record({
    before: fc.uint8Array({ max: 0xfe, maxLength: 60 }),
    after: fc.uint8Array({ max: 0xfe, minLength: 30, maxLength: 60 }),
  })
  .map(({ before, after }) => Buffer.concat([before, DECEPTION, after]));

describe('AAC in ADTS', () => {
  it('after a loss in a frame is read from the next frame on', () => {
    fc.assert(
      fc.property(
        fc.array(deceptive, { minLength: 3, maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 40, max: 300 }),
        (all, which, size) => {
          const [first, ...rest] = all.map(adtsFrame);
          const lost = 1 + (which % ((first?.length ?? 0) - 1));
          const bytes = Buffer.concat([first!.subarray(lost), ...rest]);
          const reader = new AdtsReader();
          const read: AdtsFrame[] = [];
          for (let at = 0; at < bytes.length; at += size)
            read.push(...reader.push(bytes.subarray(at, at + size), at === 0 ? 0 : null));
          expect(told(read)).toEqual(
            all.slice(1).map((data, at) => [hexOf(data), CONFIG, at * FRAME_TICKS]),
          );
        },
      ),
      { numRuns: fuzzRuns(200) },
    );
  });

  it('in PES packets of whole frames is read without delay', () => {
    const reader = new AdtsReader();
    for (const pts of [0, 9_000]) {
      reader.reset();
      const frame = Buffer.from([1, 2, 3]);
      expect(told(reader.push(adtsFrame(frame), pts))).toEqual([[hexOf(frame), CONFIG, pts]]);
    }
  });

  it('keeps the time of a frame that is confirmed by the next packet', () => {
    const reader = new AdtsReader();
    const frame = Buffer.from([1, 2, 3, 4, 5, 6]);
    const two = Buffer.concat([adtsFrame(frame), adtsFrame(frame)]);
    // The second frame's header is cut, so the first one isn't known to be a frame yet.
    expect(reader.push(two.subarray(0, 16), 500)).toEqual([]);
    const frames = reader.push(Buffer.concat([two.subarray(16), adtsFrame(frame)]), 10_000);
    expect(told(frames).map(([, , pts]) => pts)).toEqual([500, 500 + FRAME_TICKS, 10_000]);
  });
});
