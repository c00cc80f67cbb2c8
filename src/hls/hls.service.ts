import { Inject, Injectable } from '@nestjs/common';
import type { PackagingPort } from '../broadcast/ports.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { Packager } from './packager.js';

/** Every broadcast that is on, as HLS, by its channel's name. */
@Injectable()
export class HlsService implements PackagingPort {
  readonly #config: Config;
  readonly #log: Log;
  readonly #packagers = new Map<string, Packager>();

  constructor(@Inject(CONFIG) config: Config, @Inject(LOG) log: Log) {
    this.#config = config;
    this.#log = log.child({ part: 'hls' });
  }

  open({ id, channel }: { id: string; channel: string }): Packager {
    const packager = new Packager({
      config: this.#config.hls,
      log: this.#log.child({ channel, broadcastId: id }),
    });
    this.#packagers.set(channel, packager);
    packager.events.on('closed', () => {
      if (this.#packagers.get(channel) === packager) this.#packagers.delete(channel);
    });
    return packager;
  }
}
