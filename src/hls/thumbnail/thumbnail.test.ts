import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../common/logger.js';
import { jpegSize } from './jpeg.js';
import { Thumbnail } from './thumbnail.js';

const log = createLog({ level: 'silent', format: 'text' });

/** Returns the structure of a JPEG. */
function jpeg({ width = 320, height = 180, frame = 0xc0, padding = 0 } = {}): Uint8Array {
  const begin = [0xff, 0xd8];
  const applicationData = [0xff, 0xe0, 0, 4, 0, 0];
  const sides = [height >> 8, height & 255, width >> 8, width & 255];
  const scan = [0xff, 0xda, 0, 2, ...Array<number>(padding).fill(0)];
  const end = [0xff, 0xd9];
  return Uint8Array.from(
    [begin, applicationData, [0xff, frame, 0, 8, 8], sides, [3], scan, end].flat(),
  );
}

describe('jpegSize', () => {
  const bounds = { bytes: 1_000, side: 640 };

  it('returns the size of baseline and progressive images', () => {
    for (const frame of [0xc0, 0xc1, 0xc2])
      expect(jpegSize(jpeg({ frame }), bounds)).toEqual({ width: 320, height: 180 });
  });

  it.each([
    ['is too long', jpeg({ padding: 1_000 })],
    ['is too wide', jpeg({ width: 641 })],
    ['has no height', jpeg({ height: 0 })],
    ['is lossless', jpeg({ frame: 0xc3 })],
    ['does not end', jpeg().subarray(0, -1)],
    ['does not begin', jpeg().subarray(1)],
    ['is empty', new Uint8Array()],
    ['is a web page', new TextEncoder().encode('<script>alert(1)</script>')],
  ])('rejects one that %s', (_why, bytes) => {
    expect(jpegSize(bytes, bounds)).toBeNull();
  });

  it('never throws and always terminates', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const size = jpegSize(Uint8Array.of(0xff, 0xd8, 0xff, ...noise, 0xff, 0xd9), bounds);
        expect(size?.width ?? 1).toBeGreaterThan(0);
      }),
    );
  });
});

describe('Thumbnail from the publisher', () => {
  it('is accepted about every ten seconds, if it is a small JPEG', () => {
    const thumbnail = new Thumbnail(null, log);
    expect(thumbnail.wantsJpegs).toBe(true);
    thumbnail.offerJpeg(new Uint8Array(100), 0);
    thumbnail.offerJpeg(jpeg({ padding: 41_000 }), 0);
    thumbnail.offerJpeg(jpeg({ width: 1_281 }), 0);
    expect(thumbnail.picture).toBeNull();
    const [first, second] = [jpeg(), jpeg({ width: 300 })];
    thumbnail.offerJpeg(first, 1_000);
    const version = thumbnail.picture?.version;
    thumbnail.offerJpeg(second, 9_000);
    expect(thumbnail.picture).toEqual({ jpeg: first, version });
    thumbnail.offerJpeg(second, 10_500);
    expect(thumbnail.picture?.jpeg).toBe(second);
    expect(thumbnail.picture?.version).not.toBe(version);
  });

  it('is removed when the broadcast ends', () => {
    const thumbnail = new Thumbnail(null, log);
    thumbnail.offerJpeg(jpeg(), 0);
    thumbnail.close();
    expect(thumbnail.picture).toBeNull();
    thumbnail.offerJpeg(jpeg(), 60_000);
    expect(thumbnail.picture).toBeNull();
  });
});
