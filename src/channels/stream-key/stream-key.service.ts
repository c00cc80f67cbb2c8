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
/** Says what it is to those who find one; API tokens begin otherwise. */
const PREFIX = 'live_';
const BEARER = /^Bearer +([\w.~+/=-]{1,200})$/i;
/** What keys are compared with where there is none: no key has it. */
const NO_HASH = new Uint8Array(32);

/** The keys that programs publish with, one a channel: told once, kept as SHA-256. */
@Injectable()
export class StreamKeyService {
  /** `changed`: what was published with the key before is not its owner's any more. */
  readonly events = new TypedEmitter<{ changed: [channelId: string] }>();

  constructor(
    private readonly repository: StreamKeyRepository,
    private readonly channels: ChannelService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {DomainError} `channel_not_found`; `forbidden` for all but the owner. */
  async view(name: string, accountId: string): Promise<StreamKeyView> {
    await this.#own(name, accountId);
    const { keyMadeAt = null } = (await this.repository.find(name)) ?? {};
    return { createdAt: keyMadeAt?.toISOString() ?? null };
  }

  /**
   * Makes a key, in place of the one before: what is published with that is cut off.
   * @throws {DomainError} `channel_not_found`; `forbidden` for all but the owner.
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
   * Takes the key away: no program can publish then.
   * @throws {DomainError} `channel_not_found`; `forbidden` for all but the owner.
   */
  async remove(name: string, accountId: string, from: EventOrigin): Promise<void> {
    const { id } = await this.#own(name, accountId);
    const event = { accountId, kind: 'stream_key_removed', subject: name, from } as const;
    await this.repository.set(id, null, { event, at: new Date(this.clock.nowMs()) });
    this.cut([id]);
  }

  /** Cuts off who publishes with keys that were changed or taken away. */
  cut(channelIds: readonly string[]): void {
    for (const id of channelIds) this.events.emit('changed', id);
  }

  /**
   * The channel that an Authorization header's key is for. A wrong key, a channel without one, a channel that
   * isn't there and an owner who is disabled look the same, also in the time that it takes.
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

  /** Whether what was let in for this owner may go on; a channel that is gone ends by itself. */
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
