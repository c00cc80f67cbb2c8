import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BUS, type Bus } from '../cluster/bus.js';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { CONFIG, type Config } from '../config/config.js';
import { type Announcement, BROADCASTS_TOPIC } from './directory.js';
import type { LiveChannel } from './live-channel.js';
import { LiveChannels } from './live-channels.js';

/** The interval at which changes that emit no event (thumbnails and delays) are detected. */
const TICK_MS = 250;
/** At every eighth check, all broadcasts are announced, because messages can be lost. */
const ALL_EVERY = 8;

/** Announces the state of this node's broadcasts to the other nodes of a cluster. */
@Injectable()
export class BroadcastAnnouncer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The last announcement of each channel's broadcast, as JSON. */
  readonly #announced = new Map<string, string>();
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;
  #off: (() => void) | undefined;

  constructor(
    private readonly liveChannels: LiveChannels,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.node.url === null) return;
    this.#off = this.liveChannels.events.on('stateChanged', (live) => this.#announce(live, false));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#off?.();
  }

  #tick(): void {
    this.#ticks += 1;
    for (const live of this.liveChannels.channels)
      this.#announce(live, this.#ticks % ALL_EVERY === 0);
  }

  #announce(live: LiveChannel, again: boolean): void {
    const { id: channelId, broadcast } = live;
    if (!broadcast) return;
    const { view, epoch, thumbnailPath } = broadcast;
    const { uplinkMs } = live;
    const { self: nodeId, clockAheadMs } = this.cluster;
    const message: Announcement = {
      nodeId,
      epoch,
      channelId,
      view,
      thumbnailPath,
      uplinkMs,
      clockAheadMs,
    };
    const text = JSON.stringify(message);
    if (!again && this.#announced.get(channelId) === text) return;
    this.bus.publish(BROADCASTS_TOPIC, message);
    if (view.state === 'ended') this.#announced.delete(channelId);
    else this.#announced.set(channelId, text);
  }
}
