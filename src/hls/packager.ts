import type { BroadcastPackage, MediaTap, PackageState } from '../broadcast/ports.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Config } from '../config/config.js';

type Options = { config: Config['hls']; log: Log };

/** Makes one broadcast's HLS out of its RTP. */
export class Packager implements BroadcastPackage {
  readonly events: TypedEmitter<{ changed: []; closed: [] }> = new TypedEmitter();
  readonly state: PackageState = 'preparing';
  readonly thumbnailPath: string | null = null;
  readonly wantsThumbnails: boolean = false;
  #tap: MediaTap | null = null;

  constructor(_options: Options) {}

  take(tap: MediaTap): void {
    this.#tap?.close();
    this.#tap = tap;
  }

  setClockOffset(_offsetMs: number): void {}

  interrupt(): void {}

  offerThumbnail(_jpeg: Uint8Array): void {}

  close(): void {
    this.#tap?.close();
    this.events.emit('closed');
    this.events.clear();
  }
}
