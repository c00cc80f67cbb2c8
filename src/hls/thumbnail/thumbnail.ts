import type { Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { THUMBNAIL_BYTES_MAX } from '../../protocol/limits.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { jpegSize } from './jpeg.js';
import { THUMBNAIL_WIDTH_MAX, type Thumbnailer } from './thumbnailer.js';

/** The minimum age of a thumbnail before it is replaced. */
const INTERVAL_MS = 10_000;
/** The tolerance for publishers' timers that fire too early. */
const EARLY_MS = 1_000;

/** A JPEG. Each has a unique version (lowercase letters and digits). */
export type Picture = Readonly<{ jpeg: Uint8Array; version: string }>;

/**
 * One broadcast's newest thumbnail. It is created from key frames if FFmpeg is installed;
 * otherwise, the publisher sends it.
 */
export class Thumbnail {
  readonly #emitter = new TypedEmitter<{ changed: [] }>();
  /** `changed`: {@link picture} was replaced. */
  readonly events = this.#emitter.listenable;
  readonly #thumbnailer: Pick<Thumbnailer, 'decode'> | null;
  readonly #log: Log;
  #picture: Picture | null = null;
  #takenMs = Number.NEGATIVE_INFINITY;
  #decoding = false;
  #closed = false;

  /** @param thumbnailer null if FFmpeg is not installed */
  constructor(thumbnailer: Pick<Thumbnailer, 'decode'> | null, log: Log) {
    this.#thumbnailer = thumbnailer;
    this.#log = log;
  }

  /** Whether the publisher's browser should send thumbnails. */
  get wantsJpegs(): boolean {
    return this.#thumbnailer === null;
  }

  get picture(): Picture | null {
    return this.#picture;
  }

  /**
   * Offers the broadcast's next frame. It is used if it is a key frame and the last thumbnail is
   * old enough.
   */
  offer(unit: AccessUnit): void {
    if (!unit.keyFrame || unit.config.kind !== 'video' || this.#decoding) return;
    if (this.#thumbnailer === null || !this.#isDue(unit.arrivedMs)) return;
    this.#decoding = true;
    this.#takenMs = unit.arrivedMs;
    this.#thumbnailer
      .decode(unit)
      .then(
        (jpeg) => this.#set(jpeg),
        (err: unknown) => this.#log.warn({ err }, 'thumbnail could not be made from a key frame'),
      )
      .finally(() => {
        this.#decoding = false;
      });
  }

  /** Offers a thumbnail from the publisher; dropped if invalid, too large or too early. */
  offerJpeg(jpeg: Uint8Array, nowMs: number): void {
    if (!this.wantsJpegs || !this.#isDue(nowMs + EARLY_MS)) return;
    if (!jpegSize(jpeg, { bytes: THUMBNAIL_BYTES_MAX, side: 2 * THUMBNAIL_WIDTH_MAX })) return;
    this.#takenMs = nowMs;
    this.#set(jpeg);
  }

  close(): void {
    this.#closed = true;
    this.#picture = null;
    this.#emitter.clear();
  }

  #isDue(nowMs: number): boolean {
    return nowMs - this.#takenMs >= INTERVAL_MS;
  }

  #set(jpeg: Uint8Array): void {
    if (this.#closed) return;
    this.#picture = { jpeg, version: Math.round(this.#takenMs).toString(36) };
    this.#emitter.emit('changed');
  }
}
