import { Inject, Injectable } from '@nestjs/common';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { BroadcastDirectory, type RemoteBroadcast } from './directory.js';
import type { LiveBroadcast } from './live-broadcast.js';
import { MEDIA, type MediaPort, type RemoteMedia, type RemotePlace } from './ports/media.js';

type Entry = Readonly<{ id: string; media: Promise<RemoteMedia> }>;

/** The media of broadcasts on other nodes that have viewers on this one. */
@Injectable()
export class RemoteMediaRegistry {
  /** The media, by channel id. */
  readonly #entries = new Map<string, Entry>();

  /** The broadcasts among them that this node runs itself by now, by channel id. */
  readonly #taken = new Map<string, LiveBroadcast>();

  constructor(
    private readonly directory: BroadcastDirectory,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(MEDIA) private readonly media: MediaPort,
  ) {
    directory.events.on('changed', (broadcast) => this.#changed(broadcast));
    directory.events.on('gone', ({ id, channelId }) => {
      if (this.#taken.get(channelId)?.id !== id) this.#close(channelId);
    });
  }

  /**
   * Reports that this node now runs a broadcast that ran on another one. Viewers on this node keep
   * their connections, and receive this node's tracks over them.
   */
  tookOver(channelId: string, broadcast: LiveBroadcast): void {
    const entry = this.#entries.get(channelId);
    if (entry?.id !== broadcast.id) return;
    this.#taken.set(channelId, broadcast);
    const isCurrent = (): boolean => this.#taken.get(channelId) === broadcast;
    broadcast.events.on('phaseEntered', ({ name }) => {
      if (name === 'ended' && isCurrent()) this.#close(channelId);
    });
    broadcast.events.on('released', () => {
      if (!isCurrent()) return;
      this.#taken.delete(channelId);
      this.#moved(entry);
    });
    this.#moved(entry);
  }

  /**
   * Returns the media of a broadcast on another node, which is opened for its first viewer.
   * @throws {DomainError} `unavailable` if no media worker is running
   */
  open({ id, channelId }: RemoteBroadcast): Promise<RemoteMedia> {
    const known = this.#entries.get(channelId);
    if (known?.id === id) return known.media;
    this.#close(channelId);
    const media = this.media.openRemote(() => this.#locate(channelId, id));
    const entry = { id, media };
    this.#entries.set(channelId, entry);
    const forget = () => {
      if (this.#entries.get(channelId) !== entry) return;
      this.#entries.delete(channelId);
      this.#taken.delete(channelId);
    };
    media.then((opened) => opened.events.on('closed', forget), forget);
    return media;
  }

  #locate(channelId: string, id: string): RemotePlace | null {
    const taken = this.#taken.get(channelId);
    if (taken?.id === id) return { nodeId: this.cluster.self, id, epoch: taken.epoch };
    const broadcast = this.directory.find(channelId);
    return broadcast?.id === id ? broadcast : null;
  }

  #changed({ id, channelId }: RemoteBroadcast): void {
    const entry = this.#entries.get(channelId);
    if (entry?.id !== id) this.#close(channelId);
    else this.#moved(entry);
  }

  #moved({ media }: Entry): void {
    media.then(
      (opened) => opened.moved(),
      () => undefined,
    );
  }

  #close(channelId: string): void {
    const entry = this.#entries.get(channelId);
    this.#entries.delete(channelId);
    this.#taken.delete(channelId);
    entry?.media.then(
      (media) => media.close(),
      () => undefined,
    );
  }
}
