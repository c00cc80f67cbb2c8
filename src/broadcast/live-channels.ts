import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { BroadcastView } from '../protocol/broadcast.js';
import { BroadcastDirectory, type RemoteBroadcast } from './directory.js';
import { LiveChannel } from './live-channel.js';
import type { BroadcastStop } from './ports/stopping.js';
import { ViewerPresence } from './viewer-presence.js';

/** The interval at which viewer counts and delays are checked for changes. */
const STATS_INTERVAL_MS = 250;
/** The number of checks between two updates to an audience: one update per second. */
const STATS_EVERY = 4;
/**
 * Audiences larger than this get an update every 1.25 s, because their counts change constantly and
 * each update is sent to everyone.
 */
const LARGE_AUDIENCE = 2_000;
const LARGE_AUDIENCE_EVERY = 5;

/** A live or interrupted broadcast on any node. */
export type CurrentBroadcast = Readonly<{
  channelId: string;
  /** The channel's name. */
  channel: string;
  title: string;
  broadcast: BroadcastView;
  viewers: number;
}>;

/**
 * The channels with viewers or a broadcast on this node, by channel id. Queries for broadcasts and
 * viewer counts cover all nodes.
 */
@Injectable()
export class LiveChannels implements BroadcastStop, OnApplicationShutdown {
  readonly #emitter = new TypedEmitter<{
    stateChanged: [LiveChannel];
    statsChanged: [LiveChannel];
    channelDeleted: [channel: { id: string; name: string }];
  }>();
  readonly events = this.#emitter.listenable;
  readonly #channels = new Map<string, LiveChannel>();
  readonly #changed = new Set<LiveChannel>();
  /** The number of the check at which each audience last got an update. */
  readonly #sentAt = new WeakMap<LiveChannel, number>();
  #ticks = 0;
  readonly #timer = setInterval(() => this.#sendStats(), STATS_INTERVAL_MS);
  #isStopping = false;

  constructor(
    private readonly directory: BroadcastDirectory,
    private readonly presence: ViewerPresence,
    @Inject(CLUSTER) private readonly cluster: Cluster,
  ) {
    const show = ({ channelId }: RemoteBroadcast) =>
      this.#channels.get(channelId)?.setRemote(directory.find(channelId));
    directory.events.on('appeared', show);
    directory.events.on('changed', show);
    directory.events.on('gone', show);
    presence.events.on('changed', (channelId) =>
      this.#channels.get(channelId)?.setViewersElsewhere(presence.elsewhere(channelId)),
    );
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /**
   * Returns the channel, ready for viewers or a broadcast. The channel is dropped when it has
   * neither.
   */
  open(channel: { id: string; name: string; title: string }): LiveChannel {
    const known = this.#channels.get(channel.id);
    if (known) return known;
    const live = new LiveChannel(channel, () => this.cluster.clockAheadMs);
    live.setRemote(this.directory.find(channel.id));
    live.setViewersElsewhere(this.presence.elsewhere(channel.id));
    this.#channels.set(channel.id, live);
    live.events.on('stateChanged', () => this.#emitter.emit('stateChanged', live));
    live.events.on('statsChanged', () => {
      this.#changed.add(live);
      this.presence.set(live.id, live.viewersHere);
    });
    live.events.on('emptied', () => {
      this.#channels.delete(live.id);
      this.#changed.delete(live);
    });
    return live;
  }

  /** Ends the broadcast of a channel that was deleted, and notifies its audience. */
  delete({ id, name }: { id: string; name: string }): void {
    this.#channels.get(id)?.broadcast?.end('channel_deleted');
    this.#emitter.emit('channelDeleted', { id, name });
  }

  /** Whether the service is stopping. If so, no broadcast may start here. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * Stops all broadcasts because the service is stopping. If other nodes are running, they take
   * over the broadcasts that were live, and the publishers reconnect to them; all other broadcasts
   * end. Idempotent.
   */
  stop(): void {
    this.#isStopping = true;
    const isAlone = this.cluster.nodes.size === 1;
    for (const { broadcast } of this.#channels.values())
      if (isAlone || !broadcast?.wasLive) broadcast?.end('server_stopped');
      else broadcast.release('stopping');
  }

  /** Returns the channel if it has viewers or a broadcast on this node. */
  find(channelId: string): LiveChannel | undefined {
    return this.#channels.get(channelId);
  }

  /** Returns a channel's id if it has viewers here or a broadcast on any node; otherwise null. */
  idOf(name: string): string | null {
    for (const live of this.#channels.values()) if (live.name === name) return live.id;
    return this.directory.findByName(name)?.channelId ?? null;
  }

  get channels(): IterableIterator<LiveChannel> {
    return this.#channels.values();
  }

  /** Returns the channel's live or interrupted broadcast on any node, or null. */
  current(channelId: string): BroadcastView | null {
    const view = this.#shown(channelId)?.view ?? null;
    return view?.state === 'live' || view?.state === 'interrupted' ? view : null;
  }

  /** Returns the path of the latest thumbnail, or null. */
  thumbnailPath(channelId: string): string | null {
    return this.#shown(channelId)?.thumbnailPath ?? null;
  }

  /** Returns the number of current viewers on all nodes. */
  viewers(channelId: string): number {
    return this.#channels.get(channelId)?.viewerCount ?? this.presence.elsewhere(channelId);
  }

  /** The number of viewers of all channels, live or not, on all nodes. */
  get allViewers(): number {
    let sum = this.presence.allElsewhere;
    for (const { viewersHere } of this.#channels.values()) sum += viewersHere;
    return sum;
  }

  /** Returns the ids of all channels with a live or interrupted broadcast on any node. */
  liveChannelIds(): string[] {
    return this.all().map(({ channelId }) => channelId);
  }

  /** Returns all live or interrupted broadcasts on any node. */
  all(): CurrentBroadcast[] {
    const here = [...this.#channels.values()].filter(({ broadcast }) => broadcast !== null);
    const elsewhere = [...this.directory.all].filter(
      ({ channelId }) => !this.#channels.get(channelId)?.broadcast,
    );
    return [
      ...here.map(({ id, name, state }) => ({ id, name, title: state.title })),
      ...elsewhere.map(({ channelId: id, channel: name, view }) => ({
        id,
        name,
        title: view.title,
      })),
    ].flatMap(({ id, name, title }) => {
      const broadcast = this.current(id);
      return broadcast
        ? [{ channelId: id, channel: name, title, broadcast, viewers: this.viewers(id) }]
        : [];
    });
  }

  #shown(channelId: string): { view: BroadcastView; thumbnailPath: string | null } | null {
    return this.#channels.get(channelId)?.broadcast ?? this.directory.find(channelId);
  }

  #sendStats(): void {
    this.#ticks += 1;
    for (const channel of this.#changed) {
      const every = channel.viewerCount > LARGE_AUDIENCE ? LARGE_AUDIENCE_EVERY : STATS_EVERY;
      if (this.#ticks - (this.#sentAt.get(channel) ?? -every) < every) continue;
      this.#changed.delete(channel);
      this.#sentAt.set(channel, this.#ticks);
      this.#emitter.emit('statsChanged', channel);
    }
  }
}
