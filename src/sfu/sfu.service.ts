import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { MediaOwner, MediaPort, RemotePlace } from '../broadcast/ports/media.js';
import { NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import type { Listenable } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { TranscodeService } from '../transcode/transcode.service.js';
import { FeedServer } from './feed-server.js';
import { RemoteBroadcast } from './remote-broadcast.js';
import { RoutedBroadcast } from './routed-broadcast.js';
import { readWorkerOrigin, type WorkerOrigin } from './worker-origin.js';
import { WorkerPool } from './worker-pool.js';

/**
 * The SFU as the domain uses it. The workers are started with the service, and routers are created
 * for each broadcast.
 */
@Injectable()
export class SfuService implements MediaPort, OnModuleInit, OnApplicationShutdown {
  readonly #log: Log;
  readonly #broadcasts = new Set<RoutedBroadcast | RemoteBroadcast>();
  /** The broadcasts that are published on this node, by {@link keyOf}. */
  readonly #published = new Map<string, RoutedBroadcast>();
  #pool: WorkerPool | undefined;
  #rtpCapabilities: RtpCapabilities | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
    private readonly transcode: TranscodeService,
  ) {
    this.#log = log.child({ part: 'sfu' });
  }

  /** The origin of the workers, and the parts that they use. */
  workerOrigin: WorkerOrigin = { origin: 'given', parts: [] };

  async onModuleInit(): Promise<void> {
    const pool = await WorkerPool.create(this.config.rtc, this.#log);
    this.#pool = pool;
    // The capabilities depend only on the codecs, but only a router provides them.
    const router = await pool.cheapest().createRouter();
    this.#rtpCapabilities = router.rtpCapabilities as RtpCapabilities;
    router.close();
    this.#serveFeeds();
    const { origin, parts } = await readWorkerOrigin(this.config.rtc.workerBin);
    const { port, segments } = this.config.rtc;
    const used = parts.filter((part) => part !== 'gso' || segments).toSorted();
    this.workerOrigin = { origin, parts: used };
    this.#log.info(
      { workers: pool.workers.length, port, worker: origin, parts: used.join(' ') || 'none' },
      'media is ready',
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool?.close();
  }

  get rtpCapabilities(): RtpCapabilities {
    if (!this.#rtpCapabilities) throw new Error('the SFU has not started');
    return this.#rtpCapabilities;
  }

  get ready(): boolean {
    return this.pool.workers.length > 0;
  }

  get pool(): WorkerPool {
    if (!this.#pool) throw new Error('the SFU has not started');
    return this.#pool;
  }

  /** The media of all current broadcasts, including those of other nodes that are watched here. */
  get broadcasts(): ReadonlySet<RoutedBroadcast | RemoteBroadcast> {
    return this.#broadcasts;
  }

  async open(broadcast: MediaOwner): Promise<RoutedBroadcast> {
    const media = await RoutedBroadcast.create({
      pool: this.pool,
      clock: this.clock,
      log: this.#log.child({ broadcastId: broadcast.id }),
      maxIncomingBitrateBps: this.config.rtc.maxIncomingBitrateBps,
      transcoding: this.transcode.for(broadcast.id),
    });
    const key = keyOf(broadcast);
    this.#published.set(key, media);
    media.events.on('closed', () => {
      if (this.#published.get(key) === media) this.#published.delete(key);
    });
    return this.#adopt(media);
  }

  async openRemote(locate: () => RemotePlace | null): Promise<RemoteBroadcast> {
    const { rtc } = this.config.node;
    if (!rtc) throw new Error('a service with a single node has no remote broadcasts');
    const { pool, clock, calls } = this;
    const log = this.#log.child({ broadcastId: locate()?.id });
    return this.#adopt(await RemoteBroadcast.create({ pool, clock, log, calls, rtc, locate }));
  }

  #adopt<M extends RoutedBroadcast | RemoteBroadcast>(media: M): M {
    this.#broadcasts.add(media);
    const events: Listenable<{ closed: [] }> = media.events;
    events.on('closed', () => this.#broadcasts.delete(media));
    return media;
  }

  #serveFeeds(): void {
    const { rtc } = this.config.node;
    if (!rtc) return;
    new FeedServer({
      calls: this.calls,
      rtc,
      find: (broadcast) => this.#published.get(keyOf(broadcast))?.output ?? null,
      log: this.#log,
    }).start();
  }
}

function keyOf({ id, epoch }: MediaOwner): string {
  return `${id} ${epoch}`;
}
