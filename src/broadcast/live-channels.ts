import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { BroadcastView } from '../protocol/broadcast.js';
import { LiveChannel } from './live-channel.js';

/** How often changed viewer counts and delays are checked. */
const STATS_INTERVAL_MS = 250;
/** Ticks between two updates to an audience: one second. */
const STATS_EVERY = 4;
/**
 * Audiences above this size get updates every 1.25 s: their counts change constantly, and each
 * update goes to everyone.
 */
const LARGE_AUDIENCE = 2_000;
const LARGE_AUDIENCE_EVERY = 5;

/**
 * The channels with viewers or a broadcast in this process, by channel id. With more than one
 * machine, this becomes a view of all of them, so callers query it and keep no copy.
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
  /** The tick of the last update to each audience. */
  readonly #toldAt = new WeakMap<LiveChannel, number>();
  #ticks = 0;
  readonly #timer = setInterval(() => this.#tellStats(), STATS_INTERVAL_MS);

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** Returns the channel, ready for viewers or a broadcast. It is dropped once it has neither. */
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

  /** Returns the channel if it has viewers or a broadcast. */
  find(channelId: string): LiveChannel | undefined {
    return this.#channels.get(channelId);
  }

  get channels(): IterableIterator<LiveChannel> {
    return this.#channels.values();
  }

  /** Returns the channel's live or interrupted broadcast, or null. */
  current(channelId: string): BroadcastView | null {
    const view = this.#channels.get(channelId)?.broadcast?.view ?? null;
    return view?.state === 'live' || view?.state === 'interrupted' ? view : null;
  }

  /** Returns the path of the latest thumbnail, or null. */
  thumbnailPath(channelId: string): string | null {
    return this.#channels.get(channelId)?.broadcast?.thumbnailPath ?? null;
  }

  /** Returns the number of current viewers. */
  viewers(channelId: string): number {
    return this.#channels.get(channelId)?.viewerCount ?? 0;
  }

  /** Returns the ids of all channels with a live or interrupted broadcast. */
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
