import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
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

  /** @throws {DomainError} `payload_too_large`, `picture_refused`. */
  async put(accountId: string, sent: Readable): Promise<void> {
    const image = await this.encoder.encode(await read(sent));
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

async function read(sent: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of sent) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the body must be a stream of bytes');
    bytes += chunk.length;
    if (bytes > AVATAR_BYTES_MAX)
      throw new DomainError(
        'payload_too_large',
        `The picture is too large. Send one of at most ${AVATAR_BYTES_MAX / 1_048_576} MB.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
