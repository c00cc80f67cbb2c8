import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { BroadcastView } from '../protocol/broadcast.js';
import { LiveChannel } from './live-channel.js';

/** How often it is looked which viewer counts and delays changed. */
const STATS_INTERVAL_MS = 250;
/** So many looks lie between two times that an audience is told: a second. */
const STATS_EVERY = 4;
/** To more viewers than this, a quarter more: it goes to all of them, and changes all the time. */
const LARGE_AUDIENCE = 2_000;
const LARGE_AUDIENCE_EVERY = 5;

/**
 * What is on in this process, by channel id. With more than one machine this becomes a view of what
 * all of them have; everybody asks here and nobody keeps a copy.
 */
@Injectable()
export class LiveChannels implements OnApplicationShutdown {
  readonly events = new TypedEmitter<{
    stateChanged: [LiveChannel];
    statsChanged: [LiveChannel];
    channelDeleted: [channel: { id: string; name: string }];
  }>();
  readonly #channels = new Map<string, LiveChannel>();
  readonly #changed = new Set<LiveChannel>();
  /** The tick in which an audience was last told. */
  readonly #toldAt = new WeakMap<LiveChannel, number>();
  #ticks = 0;
  readonly #timer = setInterval(() => this.#tellStats(), STATS_INTERVAL_MS);

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** The channel, ready to take viewers or a broadcast. It goes by itself when it has neither. */
  open(channel: { id: string; name: string; title: string }): LiveChannel {
    const known = this.#channels.get(channel.id);
    if (known) return known;
    const live = new LiveChannel(channel);
    this.#channels.set(channel.id, live);
    live.events.on('stateChanged', () => this.events.emit('stateChanged', live));
    live.events.on('statsChanged', () => this.#changed.add(live));
    live.events.on('emptied', () => {
      this.#channels.delete(live.id);
      this.#changed.delete(live);
    });
    return live;
  }

  /** The channel, if somebody watches or sends on it. */
  find(channelId: string): LiveChannel | undefined {
    return this.#channels.get(channelId);
  }

  get channels(): IterableIterator<LiveChannel> {
    return this.#channels.values();
  }

  /** The channel's broadcast that viewers can know of (live or interrupted), or null. */
  current(channelId: string): BroadcastView | null {
    const view = this.#channels.get(channelId)?.broadcast?.view ?? null;
    return view?.state === 'live' || view?.state === 'interrupted' ? view : null;
  }

  /** The path of the newest picture of what is on, or null. */
  thumbnailPath(channelId: string): string | null {
    return this.#channels.get(channelId)?.broadcast?.thumbnailPath ?? null;
  }

  /** How many watch the channel now. */
  viewers(channelId: string): number {
    return this.#channels.get(channelId)?.viewerCount ?? 0;
  }

  /** The ids of all channels with a broadcast that viewers can know of. */
  liveChannelIds(): string[] {
    return [...this.#channels.keys()].filter((id) => this.current(id) !== null);
  }

  #tellStats(): void {
    this.#ticks += 1;
    for (const channel of this.#changed) {
      const every = channel.viewerCount > LARGE_AUDIENCE ? LARGE_AUDIENCE_EVERY : STATS_EVERY;
      if (this.#ticks - (this.#toldAt.get(channel) ?? -every) < every) continue;
      this.#changed.delete(channel);
      this.#toldAt.set(channel, this.#ticks);
      this.events.emit('statsChanged', channel);
    }
  }
}
