import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { readUpload } from '../../common/pictures/read-upload.js';
import { AVATAR_BYTES_MAX } from '../../protocol/limits.js';
import { AvatarEncoder } from './avatar-encoder.js';
import { AvatarRepository } from './avatar.repository.js';

/** Manages avatars. */
@Injectable()
export class AvatarService {
  constructor(
    private readonly repository: AvatarRepository,
    private readonly encoder: AvatarEncoder,
  ) {}

  /** @throws {DomainError} `unsupported_media_type`, `payload_too_large`, `picture_refused` */
  async put(accountId: string, body: unknown): Promise<void> {
    const image = await this.encoder.encode(await readUpload(body, AVATAR_BYTES_MAX));
    // A random version reveals neither the owner nor the content, and is never reused.
    await this.repository.put(accountId, randomBytes(16).toString('base64url'), image);
  }

  /** Finds an avatar; null if it doesn't exist or was replaced. */
  async find(version: string): Promise<Uint8Array | null> {
    return this.repository.find(version);
  }

  async delete(accountId: string): Promise<void> {
    await this.repository.delete(accountId);
  }
}
