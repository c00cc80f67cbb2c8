import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { PackagingPort } from '../broadcast/ports.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.js';
import { Packager } from './packager.js';
import type { Thumbnail } from './thumbnail/thumbnail.js';
import { Thumbnailer } from './thumbnail/thumbnailer.js';

/** Every broadcast that is on, as HLS, by its channel's name. */
@Injectable()
export class HlsService implements PackagingPort, OnModuleInit {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #packagers = new Map<string, Packager>();
  #thumbnailer: Thumbnailer | null = null;

  constructor(@Inject(CONFIG) config: Config, @Inject(CLOCK) clock: Clock, @Inject(LOG) log: Log) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log.child({ part: 'hls' });
  }

  async onModuleInit(): Promise<void> {
    const ffmpeg = await findFfmpeg(this.#config.hls.ffmpegBin, this.#log);
    this.#thumbnailer = ffmpeg === null ? null : new Thumbnailer(ffmpeg);
  }

  /** The picture of a channel's broadcast; undefined when none is on. */
  thumbnail(channel: string): Thumbnail | undefined {
    return this.#packagers.get(channel)?.thumbnail;
  }

  open({ id, channel }: { id: string; channel: string }): Packager {
    const packager = new Packager({
      config: this.#config.hls,
      channel,
      thumbnailer: this.#thumbnailer,
      clock: this.#clock,
      log: this.#log.child({ channel, broadcastId: id }),
    });
    this.#packagers.set(channel, packager);
    packager.events.on('closed', () => {
      if (this.#packagers.get(channel) === packager) this.#packagers.delete(channel);
    });
    return packager;
  }
}
