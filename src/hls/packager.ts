import type { BroadcastPackage, MediaTap, PackageState } from '../broadcast/ports.js';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Config } from '../config/config.js';
import { Thumbnail } from './thumbnail/thumbnail.js';
import type { Thumbnailer } from './thumbnail/thumbnailer.js';

type Options = {
  config: Config['hls'];
  channel: string;
  /** Null: there is no FFmpeg. */
  thumbnailer: Thumbnailer | null;
  clock: Clock;
  log: Log;
};

/** Makes one broadcast's HLS out of its RTP. */
export class Packager implements BroadcastPackage {
  readonly events: TypedEmitter<{ changed: []; closed: [] }> = new TypedEmitter();
  readonly state: PackageState = 'preparing';
  readonly thumbnail: Thumbnail;
  readonly #options: Options;
  #tap: MediaTap | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.thumbnail = new Thumbnail(options.thumbnailer, options.log);
  }

  get thumbnailPath(): string | null {
    const { picture } = this.thumbnail;
    return picture && `/hls/${this.#options.channel}/thumbnail/${picture.version}.jpg`;
  }

  get wantsThumbnails(): boolean {
    return this.thumbnail.wantsJpegs;
  }

  take(tap: MediaTap): void {
    this.#tap?.close();
    this.#tap = tap;
  }

  setClockOffset(_offsetMs: number): void {}

  interrupt(): void {}

  offerThumbnail(jpeg: Uint8Array): void {
    this.thumbnail.offerJpeg(jpeg, this.#options.clock.nowMs());
  }

  close(): void {
    this.#tap?.close();
    this.thumbnail.close();
    this.events.emit('closed');
    this.events.clear();
  }
}
