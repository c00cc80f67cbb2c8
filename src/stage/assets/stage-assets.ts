import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { PictureEncoder } from '../../common/pictures/picture-encoder.js';
import { readUpload } from '../../common/pictures/read-upload.js';
import {
  STAGE_ASSETS_BYTES_MAX,
  STAGE_ASSETS_MAX,
  STAGE_PICTURE_BYTES_MAX,
  STAGE_PICTURE_PIXELS_MAX,
} from '../../protocol/limits.js';
import type { StageAsset } from '../../protocol/scene.js';
import type { OwnChannel } from '../own-channels.js';
import { StageAssetRepository, type StoredAsset } from './stage-asset.repository.js';

/** The maximum width and height in pixels. The programme is at most 1280 pixels wide or high. */
const SIDE_MAX = 1_920;
const QUALITY = 85;

/** Stores pictures for a channel's scenes. */
@Injectable()
export class StageAssets {
  readonly #encoder = new PictureEncoder({
    pixelsMax: STAGE_PICTURE_PIXELS_MAX,
    quality: QUALITY,
    resize: (picture) =>
      picture.resize(SIDE_MAX, SIDE_MAX, { fit: 'inside', withoutEnlargement: true }),
  });

  constructor(private readonly repository: StageAssetRepository) {}

  /**
   * Adds a picture.
   * @param body the unread body of the request, as a stream
   * @throws {DomainError} `unsupported_media_type`, `payload_too_large`, `picture_refused`,
   *   `stage_limit`
   */
  async add({ id: channelId }: OwnChannel, name: string, body: unknown): Promise<StageAsset> {
    const upload = await readUpload(body, STAGE_PICTURE_BYTES_MAX);
    const { bytes: data, width, height } = await this.#encoder.encode(upload);
    const limits = { count: STAGE_ASSETS_MAX, bytes: STAGE_ASSETS_BYTES_MAX };
    const added = await this.repository.add({ channelId, name, width, height, data }, limits);
    if (added) return viewOf(added);
    throw new DomainError(
      'stage_limit',
      `A channel can have up to ${STAGE_ASSETS_MAX} scene pictures, ${STAGE_ASSETS_BYTES_MAX / 1_048_576} MB in total. Delete one to add another.`,
    );
  }

  async list({ id }: OwnChannel): Promise<StageAsset[]> {
    return (await this.repository.list(id)).map(viewOf);
  }

  /** Resolves with a picture as WebP. @throws {DomainError} `not_found` */
  async data({ id: channelId }: OwnChannel, id: string): Promise<Uint8Array> {
    const data = await this.repository.data(channelId, id);
    if (data === null) throw notFound();
    return data;
  }

  /** @throws {DomainError} `not_found` */
  async delete({ id: channelId }: OwnChannel, id: string): Promise<void> {
    if (!(await this.repository.delete(channelId, id))) throw notFound();
  }
}

const notFound = () => new DomainError('not_found', 'There is no such picture.');

function viewOf({ id, name, width, height, bytes, createdAt }: StoredAsset): StageAsset {
  return {
    id,
    name,
    kind: 'picture',
    bytes,
    width,
    height,
    createdAt: createdAt.toISOString(),
  };
}
