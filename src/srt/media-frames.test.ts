import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzRuns } from '../../test/support/fuzz-runs.js';
import { mediaFrame, MediaFrameReader } from './media-frames.js';

const frame = fc.record({
  id: fc.nat(0xffff_ffff),
  data: fc.uint8Array({ maxLength: 300 }),
});

it('reads frames as they were written, however they are split on arrival', () => {
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 50 }), (frames, size) => {
      const bytes = Buffer.concat(frames.map(mediaFrame));
      const reader = new MediaFrameReader();
      const read = [];
      for (let at = 0; at < bytes.length; at += size)
        read.push(...reader.push(bytes.subarray(at, at + size)));
      expect(read.map(({ id, data }) => ({ id, data: Uint8Array.from(data) }))).toEqual(frames);
    }),
    { numRuns: fuzzRuns(200) },
  );
});

it('rejects a frame that is too long before receiving it', () => {
  const reader = new MediaFrameReader();
  expect(() => reader.push(Buffer.from('0000000200010001', 'hex'))).toThrow(RangeError);
});
