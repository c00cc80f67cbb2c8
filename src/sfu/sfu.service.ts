import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { MediaPort } from '../broadcast/ports/media.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { RoutedBroadcast } from './routed-broadcast.js';
import { WorkerPool } from './worker-pool.js';

/** The SFU as the domain sees it: workers started with the service, routers made for each broadcast. */
@Injectable()
export class SfuService implements MediaPort, OnModuleInit, OnApplicationShutdown {
  readonly #log: Log;
  readonly #broadcasts = new Set<RoutedBroadcast>();
  #pool: WorkerPool | undefined;
  #rtpCapabilities: RtpCapabilities | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'sfu' });
  }

  async onModuleInit(): Promise<void> {
    const pool = await WorkerPool.create(this.config.rtc, this.#log);
    this.#pool = pool;
    // They follow from the codecs alone, but only a router tells them.
    const router = await pool.cheapest().createRouter();
    this.#rtpCapabilities = router.rtpCapabilities as RtpCapabilities;
    router.close();
    this.#log.info({ workers: pool.workers.length, port: this.config.rtc.port }, 'media is ready');
  }

  onApplicationShutdown(): void {
    this.#pool?.close();
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

  /** The media of all broadcasts that are on. */
  get broadcasts(): ReadonlySet<RoutedBroadcast> {
    return this.#broadcasts;
  }

  async open(broadcastId: string): Promise<RoutedBroadcast> {
    const media = await RoutedBroadcast.create({
      pool: this.pool,
      clock: this.clock,
      log: this.#log.child({ broadcastId }),
      maxIncomingBitrateBps: this.config.rtc.maxIncomingBitrateBps,
    });
    this.#broadcasts.add(media);
    media.events.on('closed', () => this.#broadcasts.delete(media));
    return media;
  }
}
