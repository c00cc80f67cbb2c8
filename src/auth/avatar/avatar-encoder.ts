import { Injectable } from '@nestjs/common';
import { PictureEncoder } from '../../common/pictures/picture-encoder.js';
import { AVATAR_PIXELS_MAX } from '../../protocol/limits.js';

/** The width and height in pixels. */
const SIDE = 256;
const QUALITY = 82;

/** Crops and scales uploads to small squares; see {@link PictureEncoder}. */
@Injectable()
export class AvatarEncoder {
  readonly #encoder = new PictureEncoder({
    pixelsMax: AVATAR_PIXELS_MAX,
    quality: QUALITY,
    resize: (picture) => picture.resize(SIDE, SIDE, { fit: 'cover', position: 'attention' }),
  });

  /**
   * Encodes a WebP image of 256 × 256 pixels.
   * @throws {DomainError} `picture_refused`; {@link QueueFullError} if too many pictures are queued
   */
  async encode(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#encoder.encode(bytes)).bytes;
  }
}
