import type { default as SharpLibrary, Sharp } from 'sharp';
import { loadSharp } from './load-sharp.js';
import { SerialQueue } from '../serial-queue.js';
import { DomainError } from '../domain-error.js';

/** The maximum number of queued pictures; further ones are rejected. */
const WAITING_MAX = 10;
const DECODE_TIMEOUT_S = 10;
/** The allowed formats. The library's other decoders are blocked. */
const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif']);

/** A picture as WebP, and its size in pixels. */
export type EncodedPicture = Readonly<{
  bytes: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}>;

type Options = Readonly<{
  /** The maximum number of pixels in an upload. */
  pixelsMax: number;
  /** The WebP quality, from 1 to 100. */
  quality: number;
  /** Resizes a picture, which has already been rotated to be upright. */
  resize: (picture: Sharp) => Sharp;
}>;

/**
 * Re-encodes uploads, one at a time. Only the decoded pixels are encoded, so anything else in the
 * file, such as a location or a script, is removed.
 */
export class PictureEncoder {
  readonly #queue = new SerialQueue(WAITING_MAX);
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * @throws {DomainError} `picture_refused` for other formats or too many pixels; {@link
   *   QueueFullError} if too many pictures are queued
   */
  async encode(bytes: Uint8Array): Promise<EncodedPicture> {
    return this.#queue.run(async () => {
      const sharp = await loadSharp();
      try {
        return await this.#encode(sharp, bytes);
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

  async #encode(sharp: typeof SharpLibrary, bytes: Uint8Array): Promise<EncodedPicture> {
    const { pixelsMax, quality, resize } = this.#options;
    const options = { limitInputPixels: pixelsMax, failOn: 'error', pages: 1 } as const;
    // Only the header is read here; nothing is decoded yet. With the pixel limit, reading it would
    // fail.
    const header = sharp(bytes, { ...options, limitInputPixels: false });
    const { format, width, height } = await header.metadata();
    if (width * height > pixelsMax)
      throw new DomainError(
        'picture_refused',
        `The picture has too many pixels. Send one with at most ${pixelsMax / 1_000_000} million pixels.`,
      );
    if (!FORMATS.has(format)) throw new Error(`the format ${format} is not allowed`);
    const { data, info } = await resize(sharp(bytes, options).autoOrient())
      .webp({ quality })
      .timeout({ seconds: DECODE_TIMEOUT_S })
      .toBuffer({ resolveWithObject: true });
    return { bytes: new Uint8Array(data), width: info.width, height: info.height };
  }
}
