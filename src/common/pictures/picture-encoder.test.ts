import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PictureEncoder } from './picture-encoder.js';

const encoder = new PictureEncoder({ pixelsMax: 250_000, quality: 80, resize: (one) => one });

/** Encodes a plain picture. */
function plain(width: number, height: number, format: 'png' | 'jpeg' | 'webp' | 'gif') {
  const background = { r: 20, g: 60, b: 200 };
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

describe('a picture', () => {
  it.each(['png', 'jpeg', 'webp', 'gif'] as const)('is encoded from %s', async (format) => {
    const { width, height } = await encoder.encode(await plain(500, 500, format));
    expect({ width, height }).toEqual({ width: 500, height: 500 });
  });

  it.each(['png', 'jpeg', 'webp', 'gif'] as const)(
    'with too many pixels is refused for this reason as %s',
    async (format) => {
      await expect(encoder.encode(await plain(501, 500, format))).rejects.toMatchObject({
        code: 'picture_refused',
        message: expect.stringContaining('at most 0.25 million pixels'),
      });
    },
  );

  it('that can’t be read is refused for a different reason', async () => {
    await expect(encoder.encode(Buffer.from('no picture'))).rejects.toMatchObject({
      code: 'picture_refused',
      message: expect.stringContaining('can’t be read'),
    });
  });
});
