import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { CHANNEL_NAME_PATTERN } from '../../protocol/limits.js';
import type { CreatedStreamKey, StreamKeyView } from '../../protocol/stream-key.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import type { Channel } from '../channel.js';
import { ChannelService } from '../channel.service.js';
import { type KeyedChannel, StreamKeyRepository } from './stream-key.repository.js';

const KEY_BYTES = 32;
/** Identifies a leaked key as a stream key; API tokens have another prefix. */
const PREFIX = 'live_';
const BEARER = /^Bearer +([\w.~+/=-]{1,200})$/i;
/** Compared with if the channel has no key; no key has this hash. */
const NO_HASH = new Uint8Array(32);

/** Manages the keys that programs publish with, one per channel: shown once, stored as SHA-256. */
@Injectable()
export class StreamKeyService {
  /** `changed`: the previous key is no longer valid for publishing. */
  readonly events = new TypedEmitter<{ changed: [channelId: string] }>();

  constructor(
    private readonly repository: StreamKeyRepository,
    private readonly channels: ChannelService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {DomainError} `channel_not_found`; `forbidden` except for the owner */
  async view(name: string, accountId: string): Promise<StreamKeyView> {
    await this.#own(name, accountId);
    const { keyMadeAt = null } = (await this.repository.find(name)) ?? {};
    return { createdAt: keyMadeAt?.toISOString() ?? null };
  }

  /**
   * Creates a key that replaces the previous one; disconnects whoever publishes with that.
   * @throws {DomainError} `channel_not_found`; `forbidden` except for the owner
   */
  async rotate(name: string, accountId: string, from: EventOrigin): Promise<CreatedStreamKey> {
    const { id } = await this.#own(name, accountId);
    const streamKey = `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
    const at = new Date(this.clock.nowMs());
    const event = { accountId, kind: 'stream_key_made', subject: name, from } as const;
    await this.repository.set(id, hashOf(streamKey), { event, at });
    this.cut([id]);
    return { streamKey, createdAt: at.toISOString() };
  }

  /**
   * Removes the key; no program can publish then.
   * @throws {DomainError} `channel_not_found`; `forbidden` except for the owner
   */
  async remove(name: string, accountId: string, from: EventOrigin): Promise<void> {
    const { id } = await this.#own(name, accountId);
    const event = { accountId, kind: 'stream_key_removed', subject: name, from } as const;
    await this.repository.set(id, null, { event, at: new Date(this.clock.nowMs()) });
    this.cut([id]);
  }

  /** Disconnects publishers whose keys were changed or removed. */
  cut(channelIds: readonly string[]): void {
    for (const id of channelIds) this.events.emit('changed', id);
  }

  /**
   * Returns the channel that an Authorization header's key belongs to. A wrong key, a channel
   * without a key, an unknown channel and a disabled owner are indistinguishable, also by timing.
   * @throws {DomainError} `not_logged_in`
   */
  async channelOf(name: string, authorization: string | undefined): Promise<Channel> {
    const [, key = ''] = BEARER.exec(authorization ?? '') ?? [];
    const keyed = CHANNEL_NAME_PATTERN.test(name) ? await this.repository.find(name) : null;
    const isRight = timingSafeEqual(hashOf(key), keyed?.keyHash ?? NO_HASH);
    if (!isRight || keyed === null || keyed.ownerDisabled)
      throw new DomainError(
        'not_logged_in',
        'The stream key is missing or wrong. Copy it from the channel’s studio page and send it as “Authorization: Bearer KEY”.',
      );
    return this.channels.get(name);
  }

  /**
   * Whether a publisher may continue: the owner must not be disabled. Broadcasts of a deleted
   * channel end on their own.
   */
  async isInForce(name: string): Promise<boolean> {
    const keyed: KeyedChannel | null = await this.repository.find(name);
    return keyed !== null && !keyed.ownerDisabled;
  }

  async #own(name: string, accountId: string): Promise<Channel> {
    const channel = await this.channels.get(name);
    if (channel.ownerId === accountId) return channel;
    throw new DomainError('forbidden', 'This channel belongs to another account.');
  }
}

function hashOf(key: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(key).digest());
}
