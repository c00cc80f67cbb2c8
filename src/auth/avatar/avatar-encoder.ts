import { Injectable } from '@nestjs/common';
import type Sharp from 'sharp';
import { DomainError } from '../../common/domain-error.js';
import { SerialQueue } from '../../common/serial-queue.js';
import { AVATAR_PIXELS_MAX } from '../../protocol/limits.js';

/** The width and height in pixels. */
const SIDE = 256;
const QUALITY = 82;
/** The maximum number of queued pictures; further ones are rejected. */
const WAITING_MAX = 10;
const DECODE_TIMEOUT_S = 10;
/** The allowed formats. The library's other decoders are blocked. */
const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif']);

/**
 * Crops uploads to small squares, one at a time. Only the decoded pixels are encoded again, so
 * everything else in the file is removed, such as a location or a script.
 */
@Injectable()
export class AvatarEncoder {
  readonly #queue = new SerialQueue(WAITING_MAX);

  /**
   * Encodes a WebP of 256 × 256 pixels.
   * @throws {DomainError} `picture_refused` for other formats or too many pixels; {@link
   *   QueueFullError} if too many pictures are queued
   */
  async encode(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#queue.run(async () => {
      const sharp = await load();
      try {
        return await encode(sharp, bytes);
      } catch (cause) {
        if (cause instanceof DomainError) throw cause;
        throw new DomainError(
          'picture_refused',
          'This picture can’t be read. Send a JPEG, PNG, WebP or GIF.',
          { cause },
        );
      }
    });
  }
}

async function encode(sharp: typeof Sharp, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const options = { limitInputPixels: AVATAR_PIXELS_MAX, failOn: 'error', pages: 1 } as const;
  const { format, width, height } = await sharp(bytes, options).metadata();
  // The size is known from the header, before anything is decoded.
  if (width * height > AVATAR_PIXELS_MAX)
    throw new DomainError(
      'picture_refused',
      `The picture has too many pixels. Send one with at most ${AVATAR_PIXELS_MAX / 1_000_000} million pixels.`,
    );
  if (!FORMATS.has(format)) throw new Error(`the format ${format} is not allowed`);
  const encoded = await sharp(bytes, options)
    .autoOrient()
    .resize(SIDE, SIDE, { fit: 'cover', position: 'attention' })
    .webp({ quality: QUALITY })
    .timeout({ seconds: DECODE_TIMEOUT_S })
    .toBuffer();
  return new Uint8Array(encoded);
}

/** Loads the library on first use, because it consists of 20 MB of native code. */
async function load(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  });
  return sharp;
}
