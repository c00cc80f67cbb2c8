import { randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { type PackagingPort } from '../broadcast/ports/packaging.js';
import {
  RECORDING,
  type RecordedGuest,
  type RecordingPort,
  type SegmentKeeper,
} from '../broadcast/ports/recording.js';
import { BROADCAST_STOP, type BroadcastStop } from '../broadcast/ports/stopping.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { collectHeap } from '../common/collect-heap.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { AacThread } from '../media/aac/aac-thread.js';
import { findFfmpeg } from '../media/ffmpeg/find-ffmpeg.js';
import { collectLessOften } from './heap-growth.js';
import { IdleCollection } from './idle-collection.js';
import type { HlsChannel, HlsSource, HlsUsage } from './delivery/hls-source.js';
import { TranscodeService } from '../transcode/transcode.service.js';
import { BroadcastLadder } from './ladder/broadcast-ladder.js';
import { Packager, type PackagerOptions } from './packager.js';
import { SegmentStore } from './run/segment-store.js';
import { partTargetS } from './timeline/targets.js';
import { Thumbnailer } from './thumbnail/thumbnailer.js';

/**
 * The HLS packagers of all running broadcasts, by channel name. After a broadcast has ended, its
 * media remains available for half a minute.
 */
@Injectable()
export class HlsService
  implements
    PackagingPort,
    HlsSource,
    OnModuleInit,
    BeforeApplicationShutdown,
    OnApplicationShutdown
{
  readonly #log: Log;
  readonly #aac: AacThread;
  readonly #packagers = new Map<string, Packager>();
  /** The packagers of guests, whose media is only recorded. */
  readonly #guests = new Set<Packager>();
  readonly #idleCollection = new IdleCollection(collectHeap);
  #store: SegmentStore | undefined;
  #ffmpeg: string | null = null;
  #thumbnailer: Thumbnailer | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
    @Inject(RECORDING) private readonly recording: RecordingPort,
    @Inject(BROADCAST_STOP) private readonly broadcasts: BroadcastStop,
    private readonly transcode: TranscodeService,
  ) {
    this.#log = log.child({ part: 'hls' });
    this.#aac = new AacThread(this.#log);
    // The next channel with this name may have a different owner and audience.
    broadcasts.events.on('channelDeleted', ({ name }) => this.#packagers.get(name)?.dispose());
  }

  async onModuleInit(): Promise<void> {
    collectLessOften();
    this.#idleCollection.idle();
    this.#store = await SegmentStore.create({ dataDir: this.config.data.dir, log: this.#log });
    this.#ffmpeg = await findFfmpeg(this.config.hls.ffmpegBin, this.#log);
    this.#thumbnailer = this.#ffmpeg === null ? null : new Thumbnailer(this.#ffmpeg);
  }

  /**
   * Flushes running broadcasts and finishes their recordings while the database is still available.
   */
  async beforeApplicationShutdown(): Promise<void> {
    // Release the broadcasts that other nodes take over first, so that their recordings continue
    // there.
    this.broadcasts.stop();
    const packagers = [...this.#packagers.values(), ...this.#guests];
    for (const packager of packagers) packager.close();
    await Promise.all(packagers.map((packager) => packager.settled()));
    await this.recording.settled();
  }

  async onApplicationShutdown(): Promise<void> {
    for (const packager of [...this.#packagers.values(), ...this.#guests]) packager.dispose();
    this.#idleCollection.cancel();
    this.#aac.close();
    await this.#store?.close();
  }

  get usage(): HlsUsage {
    return this.#store ?? { memoryBytes: 0, diskBytes: 0, waiting: 0 };
  }

  find(channel: string): HlsChannel | undefined {
    const packager = this.#packagers.get(channel);
    if (!packager) return undefined;
    const { state, thumbnail } = packager;
    const [run = null, ...earlier] = packager.runs;
    return { run, earlier, state, thumbnail: thumbnail.picture };
  }

  open({
    id,
    channel,
    isContinued = false,
  }: {
    id: string;
    channel: string;
    isContinued?: boolean;
  }): Packager {
    // The packager of the channel's previous broadcast may still exist.
    this.#packagers.get(channel)?.dispose();
    const log = this.#log.child({ channel, broadcastId: id });
    const packager = this.#package({
      channel,
      // A broadcast that returns to this node must not write to the folder that is being removed.
      folder: isContinued ? `${id}-${randomUUID()}` : id,
      thumbnailer: this.#thumbnailer,
      ladder: new BroadcastLadder({
        broadcastId: id,
        service: this.transcode,
        partS: partTargetS(this.config.hls.partS),
        nowMs: () => this.clock.nowMs(),
        log,
      }),
      log,
      keeper: this.recording.open({ id, channel, isContinued }),
    });
    this.#packagers.set(channel, packager);
    this.#idleCollection.cancel();
    packager.events.on('closed', () => {
      if (this.#packagers.get(channel) === packager) this.#packagers.delete(channel);
      if (this.#packagers.size === 0) this.#idleCollection.idle();
    });
    return packager;
  }

  openGuest(guest: RecordedGuest): Packager {
    const { id, broadcastId, channel } = guest;
    const keeper = this.recording.openGuest(guest);
    const packager = this.#package({
      channel,
      folder: id,
      thumbnailer: null,
      ladder: null,
      log: this.#log.child({ channel, broadcastId, guestRecordingId: id }),
      keeper,
    });
    this.#guests.add(packager);
    packager.events.on('changed', () => {
      if (packager.state === 'unavailable') keeper.lacksVideo();
    });
    packager.events.on('closed', () => this.#guests.delete(packager));
    return packager;
  }

  #package({
    folder,
    ...options
  }: Pick<PackagerOptions, 'channel' | 'thumbnailer' | 'ladder' | 'log'> & {
    folder: string;
    keeper: SegmentKeeper;
  }): Packager {
    if (!this.#store) throw new Error('HLS has not started');
    return new Packager({
      config: this.config.hls,
      basePath: this.config.http.basePath,
      files: this.#store.open(folder, this.config.hls.diskMaxBytes),
      aac: this.#aac,
      ffmpeg: this.#ffmpeg,
      clock: this.clock,
      ...options,
    });
  }
}
