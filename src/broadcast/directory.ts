import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../cluster/bus.js';
import { CLUSTER, type Cluster, type NodeId } from '../cluster/cluster.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import { BroadcastView } from '../protocol/broadcast.js';
import { type BroadcastNews, isNews } from './broadcast-news.js';
import { type RunningBroadcast, RunningRepository } from './running.repository.js';

/** The interval at which the database is queried, in case a message was lost. */
const REFRESH_MS = 1_000;
/** After this time without a message, an entry shows the state in the database. */
const HEARD_FOR_MS = 5_000;
/** How long an ended broadcast is ignored if its owner can't store its end. */
const OVER_FOR_MS = 60_000;

/** The topic on which owners announce the state of their broadcasts. */
export const BROADCASTS_TOPIC = 'broadcasts';

/** An owner's message about a broadcast, sent at each change and every two seconds. */
export const Announcement = z.object({
  nodeId: z.string(),
  epoch: z.number().int(),
  channelId: z.string(),
  view: BroadcastView,
  thumbnailPath: z.string().nullable(),
  uplinkMs: z.number().nullable(),
  clockAheadMs: z.number().default(0),
});
export type Announcement = z.output<typeof Announcement>;

/** A broadcast that runs on another node. The information may be up to a second old. */
export type RemoteBroadcast = Readonly<{
  /** The node that runs the broadcast. It answers calls and provides feeds. */
  nodeId: NodeId;
  /** Changes when the broadcast moves to another node. */
  epoch: number;
  id: string;
  channelId: string;
  /** The channel's name. */
  channel: string;
  view: BroadcastView;
  /** The path of the latest thumbnail; null if none exists. */
  thumbnailPath: string | null;
  /** The delay from capture to the owner, in milliseconds; null if it is unknown. */
  uplinkMs: number | null;
  /**
   * How far the owner's clock is ahead of the database's, in milliseconds; 0 if equal or unknown.
   */
  clockAheadMs: number;
}>;

/**
 * The broadcasts that run on other nodes; empty with a single node. The database says which
 * broadcasts run and where; messages from their owners report changes within about 50 ms. A
 * broadcast is listed from its start (`starting`) to its end.
 */
@Injectable()
export class BroadcastDirectory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #emitter = new TypedEmitter<{
    appeared: [RemoteBroadcast];
    changed: [RemoteBroadcast];
    gone: [RemoteBroadcast];
    refreshed: [running: readonly RunningBroadcast[]];
  }>();
  /**
   * `appeared`: a channel has a broadcast on another node. `changed`: anything about the broadcast
   * changed, including its owner and epoch. `gone`: it ended, or this node runs it now; if its end
   * was announced, the last `changed` had the state `ended`. `refreshed`: the database was queried;
   * `running` includes this node's own broadcasts.
   */
  readonly events = this.#emitter.listenable;
  readonly #byChannel = new Map<string, RemoteBroadcast>();
  readonly #byName = new Map<string, RemoteBroadcast>();
  /** The arrival time of the last message about each entry, by channel id. */
  readonly #heardAtMs = new Map<string, number>();
  /**
   * Broadcasts that ended or moved to this node, by id. Messages and rows of epochs up to this one
   * are outdated. Entries are dropped when the database agrees, or after a minute.
   */
  readonly #over = new Map<string, { epoch: number; sinceMs: number }>();
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | null = null;
  #isStopped = false;
  #offs: (() => void)[] = [];

  constructor(
    private readonly repository: RunningRepository,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.node.url === null) return;
    this.#offs = [
      this.bus.on(BROADCASTS_TOPIC, (message) => this.#hear(message)),
      this.bus.onGap(() => void this.refresh()),
      this.cluster.events.on('left', () => void this.refresh()),
    ];
    await this.refresh();
    this.#refreshLater();
  }

  beforeApplicationShutdown(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const off of this.#offs) off();
  }

  find(channelId: string): RemoteBroadcast | null {
    return this.#byChannel.get(channelId) ?? null;
  }

  findByName(channel: string): RemoteBroadcast | null {
    return this.#byName.get(channel) ?? null;
  }

  get all(): Iterable<RemoteBroadcast> {
    return this.#byChannel.values();
  }

  /** Reads the database now. A failure is logged and leaves the directory unchanged. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read()
      .catch((err: unknown) => {
        if (!this.#isStopped)
          this.log.warn({ err }, 'the list of broadcasts could not be refreshed');
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /**
   * Reports that this node now runs a broadcast. Information about earlier epochs is then outdated.
   */
  tookOver(broadcast: { id: string; epoch: number; channelId: string }): void {
    this.#end(broadcast.id, broadcast.epoch - 1, broadcast.channelId);
  }

  /** Reports that this node handed a broadcast over to another node. */
  handedOver(broadcast: RemoteBroadcast): void {
    if (this.#overEpochOf(broadcast.id) < broadcast.epoch) this.#put(broadcast);
  }

  #refreshLater(): void {
    this.#timer = setTimeout(() => {
      void this.refresh().then(() => {
        if (!this.#isStopped) this.#refreshLater();
      });
    }, REFRESH_MS);
  }

  async #read(): Promise<void> {
    const askedAtMs = this.clock.nowMs();
    const running = await this.repository.all();
    if (this.#isStopped) return;
    const elsewhere = running.filter(
      ({ id, epoch, nodeId }) => nodeId !== this.cluster.self && this.#overEpochOf(id) < epoch,
    );
    const present = new Set(elsewhere.map(({ id }) => id));
    for (const [channelId, { id, epoch }] of this.#byChannel)
      // A message that arrived since the query began may be newer than its result.
      if (!present.has(id) && (this.#heardAtMs.get(channelId) ?? 0) < askedAtMs)
        this.#end(id, epoch, channelId);
    for (const row of elsewhere) this.#takeRow(row);
    const ids = new Set(running.map(({ id }) => id));
    for (const [id, { sinceMs }] of this.#over)
      if ((sinceMs < askedAtMs && !ids.has(id)) || sinceMs < askedAtMs - OVER_FOR_MS)
        this.#over.delete(id);
    this.#emitter.emit('refreshed', running);
  }

  #takeRow(row: RunningBroadcast): void {
    const { epoch, id, channelId, channel } = row;
    const startedAt = row.startedAt.toISOString();
    const news = { source: 'row', id, epoch, nodeId: row.nodeId, startedAt } as const;
    if (!this.#isNews(channelId, news)) return;
    const known = this.#byChannel.get(channelId);
    const isSame = known?.id === id;
    const nodeId = row.nodeId ?? known?.nodeId;
    if (nodeId === undefined) return;
    this.#put({
      nodeId,
      epoch,
      id,
      channelId,
      channel,
      view: viewOf(row, {
        hls: isSame ? known.view.hls : 'preparing',
        webrtc: isSame ? known.view.webrtc : 'ready',
        graceMs: this.config.broadcast.graceMs,
      }),
      thumbnailPath: isSame ? known.thumbnailPath : null,
      uplinkMs: isSame && row.state === 'live' ? known.uplinkMs : null,
      clockAheadMs: known?.nodeId === nodeId ? known.clockAheadMs : 0,
    });
  }

  #hear(message: unknown): void {
    const { data } = Announcement.safeParse(message);
    if (!data) return;
    const { view, ...rest } = data;
    const { id, channel, startedAt } = view;
    const { epoch, nodeId, channelId } = data;
    if (!this.#isNews(channelId, { source: 'message', id, epoch, nodeId, startedAt })) return;
    if (view.state !== 'ended') {
      this.#heardAtMs.set(channelId, this.clock.nowMs());
      this.#put({ id, channel, view, ...rest });
      return;
    }
    if (this.#byChannel.get(channelId)?.id === id) this.#put({ id, channel, view, ...rest });
    this.#end(id, epoch, channelId);
  }

  #isNews(channelId: string, news: BroadcastNews): boolean {
    const known = this.#byChannel.get(channelId);
    const heardAtMs = this.#heardAtMs.get(channelId) ?? 0;
    const wasHeard = heardAtMs > this.clock.nowMs() - HEARD_FOR_MS;
    const before = known && { ...known, startedAt: known.view.startedAt, wasHeard };
    return isNews(news, before ?? null, this.#overEpochOf(news.id));
  }

  #put(broadcast: RemoteBroadcast): void {
    const known = this.#byChannel.get(broadcast.channelId);
    this.#byChannel.set(broadcast.channelId, broadcast);
    this.#byName.set(broadcast.channel, broadcast);
    if (known === undefined) this.#emitter.emit('appeared', broadcast);
    else if (JSON.stringify(known) !== JSON.stringify(broadcast))
      this.#emitter.emit('changed', broadcast);
  }

  /** Returns the epoch up to which a broadcast has ended or moved here; 0 if it hasn't. */
  #overEpochOf(id: string): number {
    return this.#over.get(id)?.epoch ?? 0;
  }

  #end(id: string, epoch: number, channelId: string): void {
    if (this.#overEpochOf(id) < epoch) this.#over.set(id, { epoch, sinceMs: this.clock.nowMs() });
    const known = this.#byChannel.get(channelId);
    if (known?.id !== id || known.epoch > epoch) return;
    this.#byChannel.delete(channelId);
    this.#byName.delete(known.channel);
    this.#heardAtMs.delete(channelId);
    this.#emitter.emit('gone', known);
  }
}

function viewOf(
  row: RunningBroadcast,
  { graceMs, ...ways }: Pick<BroadcastView, 'hls' | 'webrtc'> & { graceMs: number },
): BroadcastView {
  const { id, channel, title, visibility, state, source, startedAt, lastSeenAt, peakViewers } = row;
  const until = new Date(lastSeenAt.getTime() + graceMs).toISOString();
  return {
    id,
    channel,
    title,
    visibility,
    state,
    source,
    startedAt: startedAt.toISOString(),
    interruptedUntil: state === 'interrupted' ? until : null,
    endedAt: null,
    endReason: null,
    peakViewers,
    ...ways,
  };
}
