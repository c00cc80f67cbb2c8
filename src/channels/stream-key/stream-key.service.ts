import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../../cluster/bus.js';
import { shared } from '../../cluster/shared.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { CONFIG, type Config } from '../../config/config.js';
import { CHANNEL_NAME_PATTERN } from '../../protocol/limits.js';
import type { CreatedStreamKey, StreamKeyView } from '../../protocol/stream-key.js';
import { Secrets } from '../../secrets/secrets.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import type { Channel } from '../channel.js';
import { ChannelService } from '../channel.service.js';
import { rtmpServers, srtServer } from './program-servers.js';
import { StreamKeyRepository } from './stream-key.repository.js';

const KEY_BYTES = 32;
/**
 * The prefix of all keys, which identifies a leaked key as a stream key. API tokens have a
 * different prefix.
 */
const PREFIX = 'live_';
/** The length of an SRT passphrase: 192 bits in base64url. SRT allows 10 to 79 bytes. */
const PASSPHRASE_CHARACTERS = 32;
const BEARER = /^Bearer +([\w.~+/=-]{1,200})$/i;
/** The channel of a publisher, and the id of its key, which changes with the key. */
export type KeyedAccess = Readonly<{ channel: Channel; keyId: string }>;

/** The hash that is used for comparison if the channel has no key. No key has this hash. */
const NO_HASH = new Uint8Array(32);

/**
 * Manages the keys with which encoders publish. Each channel has one key, which is shown only once
 * and stored as a SHA-256 hash.
 */
@Injectable()
export class StreamKeyService {
  readonly #emitter = new TypedEmitter<{ changed: [channelId: string] }>();
  /** `changed`: the previous key is no longer valid for publishing. */
  readonly events = this.#emitter.listenable;

  readonly #cut: (channelId: string) => void;
  #acceptsSrt = false;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly repository: StreamKeyRepository,
    private readonly channels: ChannelService,
    private readonly secrets: Secrets,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
  ) {
    this.#cut = shared(bus, 'stream-key-changed', {
      schema: z.string(),
      apply: (channelId) => this.#emitter.emit('changed', channelId),
    });
  }

  /** @throws {DomainError} `channel_not_found`; `forbidden` unless the account owns the channel */
  async view(name: string, accountId: string): Promise<StreamKeyView> {
    await this.#own(name, accountId);
    const { keyMadeAt = null } = (await this.repository.find(name)) ?? {};
    return {
      createdAt: keyMadeAt?.toISOString() ?? null,
      rtmpServers: rtmpServers(this.config),
      srtServer: this.#acceptsSrt ? srtServer(this.config) : null,
    };
  }

  /** Records whether encoders can publish over SRT, which depends on more than a setting. */
  setAcceptsSrt(acceptsSrt: boolean): void {
    this.#acceptsSrt = acceptsSrt;
  }

  /**
   * Creates a key that replaces the previous one, and disconnects a publisher that uses the
   * previous key.
   * @throws {DomainError} `channel_not_found`; `forbidden` unless the account owns the channel
   */
  async rotate(name: string, accountId: string, from: EventOrigin): Promise<CreatedStreamKey> {
    const { id } = await this.#own(name, accountId);
    const streamKey = `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
    const at = new Date(this.clock.nowMs());
    const event = { accountId, kind: 'stream_key_made', subject: name, from } as const;
    const hash = hashOf(streamKey);
    await this.repository.set(id, hash, { event, at });
    this.cut([id]);
    return { streamKey, srtPassphrase: this.#passphrase(idOf(hash)), createdAt: at.toISOString() };
  }

  /**
   * Removes the key. After that, no encoder can publish.
   * @throws {DomainError} `channel_not_found`; `forbidden` unless the account owns the channel
   */
  async remove(name: string, accountId: string, from: EventOrigin): Promise<void> {
    const { id } = await this.#own(name, accountId);
    const event = { accountId, kind: 'stream_key_removed', subject: name, from } as const;
    await this.repository.set(id, null, { event, at: new Date(this.clock.nowMs()) });
    this.cut([id]);
  }

  /** Disconnects publishers whose keys were replaced or removed, on all nodes. */
  cut(channelIds: readonly string[]): void {
    for (const id of channelIds) this.#cut(id);
  }

  /**
   * Returns the channel to which the key in an Authorization header belongs. A wrong key, a channel
   * without a key, an unknown channel, and a disabled owner are indistinguishable, even by timing.
   * @throws {DomainError} `not_logged_in`
   */
  async channelOf(name: string, authorization: string | undefined): Promise<KeyedAccess> {
    const [, key = ''] = BEARER.exec(authorization ?? '') ?? [];
    const keyed = CHANNEL_NAME_PATTERN.test(name) ? await this.repository.find(name) : null;
    const hash = hashOf(key);
    const isRight = timingSafeEqual(hash, keyed?.keyHash ?? NO_HASH);
    if (!isRight || keyed === null || keyed.ownerDisabled)
      throw new DomainError(
        'not_logged_in',
        'The stream key is missing or wrong. Copy it from the channel’s studio page and send it as “Authorization: Bearer KEY”.',
      );
    return { channel: await this.channels.get(name), keyId: idOf(hash) };
  }

  /**
   * Returns the channel to which a key belongs, no matter where the key was sent.
   * @param channelName the channel that the publisher specified; null if it specified none
   * @throws {DomainError} `not_logged_in` for a wrong key, or the key of a different channel
   */
  async channelOfKey(key: string, channelName: string | null): Promise<KeyedAccess> {
    const hash = hashOf(key);
    const keyed = key.startsWith(PREFIX) ? await this.repository.findByHash(hash) : null;
    const isRight = keyed !== null && (channelName === null || channelName === keyed.name);
    if (!isRight || keyed.ownerDisabled)
      throw new DomainError(
        'not_logged_in',
        'The stream key is missing or wrong. Copy the server and the stream key from the channel’s studio page.',
      );
    return { channel: await this.channels.get(keyed.name), keyId: idOf(hash) };
  }

  /**
   * Returns a channel with the passphrase that proves an encoder's right to publish on it over SRT;
   * null if the channel doesn't exist, has no key, or its owner is disabled.
   */
  async passphraseOf(name: string): Promise<{ access: KeyedAccess; passphrase: string } | null> {
    const keyId = CHANNEL_NAME_PATTERN.test(name) ? await this.keyInForce(name) : null;
    if (keyId === null) return null;
    const access = { channel: await this.channels.get(name), keyId };
    return { access, passphrase: this.#passphrase(keyId) };
  }

  /**
   * Returns the id of the key with which a channel's publisher may continue; null if the channel
   * doesn't exist, has no key, or its owner is disabled. A deleted channel's broadcast is ended in
   * any case.
   */
  async keyInForce(name: string): Promise<string | null> {
    const keyed = await this.repository.find(name);
    return keyed?.keyHash && !keyed.ownerDisabled ? idOf(keyed.keyHash) : null;
  }

  /**
   * Returns the passphrase. It can't be the key itself, because only the key's hash is stored. It
   * is derived from the hash, so that it changes with the key, and from a secret, so that the
   * database alone doesn't reveal it.
   */
  #passphrase(keyId: string): string {
    return this.secrets.sign('srt-passphrase', keyId).slice(0, PASSPHRASE_CHARACTERS);
  }

  async #own(name: string, accountId: string): Promise<Channel> {
    const channel = await this.channels.get(name);
    if (channel.ownerId === accountId) return channel;
    throw new DomainError('forbidden', 'This channel belongs to another account.');
  }
}

function idOf(keyHash: Uint8Array): string {
  return Buffer.from(keyHash).toString('base64url');
}

function hashOf(key: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(key).digest());
}
