import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { channelNotFound } from '../access/refusals.js';
import { ChannelService } from '../channels/channel.service.js';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { SharingSettings } from '../protocol/sharing.js';
import { SharingRepository } from './sharing.repository.js';

/** How long settings are cached. Changes that another node announces apply at once. */
const CACHE_MS = 5_000;
/** The maximum number of cached channels. Beyond it, the oldest entry is evicted. */
const CACHE_MAX = 1_000;
const OFF: SharingSettings = { enabled: false, liveAbove: 0 };

type Cached = Readonly<{ settings: Promise<SharingSettings>; untilMs: number }>;

const Changed = z.object({ id: z.string(), name: z.string() });

/** Manages the owners' settings for sharing. */
@Injectable()
export class SharingSettingsService {
  readonly #emitter = new TypedEmitter<{ changed: [name: string] }>();
  /** `changed`: the settings of the channel with this name have changed. */
  readonly events = this.#emitter.listenable;
  /** The cached settings by channel id, oldest first. */
  readonly #cache = new Map<string, Cached>();
  readonly #changed: (channel: z.output<typeof Changed>) => void;

  constructor(
    private readonly channels: ChannelService,
    private readonly repository: SharingRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
  ) {
    this.#changed = shared(bus, 'sharing-changed', {
      schema: Changed,
      apply: ({ id, name }) => {
        this.#cache.delete(id);
        this.#emitter.emit('changed', name);
      },
    });
    bus.onGap(() => this.#cache.clear());
  }

  /** Resolves with a channel's settings. Sharing is off in a channel that doesn't exist. */
  async of(channelId: string): Promise<SharingSettings> {
    const nowMs = this.clock.nowMs();
    const cached = this.#cache.get(channelId);
    if (cached && cached.untilMs > nowMs) return cached.settings;
    const settings = this.repository.settings(channelId).then((found) => found ?? OFF);
    this.#cache.delete(channelId);
    this.#cache.set(channelId, { settings, untilMs: nowMs + CACHE_MS });
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= CACHE_MAX) break;
      this.#cache.delete(oldest);
    }
    // A failed lookup isn't cached.
    settings.catch(() => {
      if (this.#cache.get(channelId)?.settings === settings) this.#cache.delete(channelId);
    });
    return settings;
  }

  /** @throws {DomainError} `channel_not_found`; `forbidden` for anyone but the owner */
  async change(
    name: string,
    accountId: string,
    settings: SharingSettings,
  ): Promise<SharingSettings> {
    const { id, ownerId } = await this.channels.get(name);
    if (ownerId !== accountId)
      throw new DomainError('forbidden', 'Only the channel’s owner can do that.');
    if (!(await this.repository.setSettings(id, settings))) throw channelNotFound(name);
    this.#changed({ id, name });
    return settings;
  }
}
