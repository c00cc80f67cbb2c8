import type { Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { THUMBNAIL_BYTES_MAX } from '../../protocol/limits.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { jpegSize } from './jpeg.js';
import { THUMBNAIL_WIDTH_MAX, type Thumbnailer } from './thumbnailer.js';

/** A picture is this old at least when the next one takes its place. */
const INTERVAL_MS = 10_000;
/** What a publisher's timer may be early by. */
const EARLY_MS = 1_000;

/** A JPEG; another one has another version (small letters and digits). */
export type Picture = Readonly<{ jpeg: Uint8Array; version: string }>;

/** One broadcast's newest picture: of its own key frames where there is FFmpeg, else the publisher's. */
export class Thumbnail {
  /** `changed`: {@link picture} is another. */
  readonly events = new TypedEmitter<{ changed: [] }>();
  readonly #thumbnailer: Pick<Thumbnailer, 'decode'> | null;
  readonly #log: Log;
  #picture: Picture | null = null;
  #takenMs = Number.NEGATIVE_INFINITY;
  #decoding = false;
  #closed = false;

  /** @param thumbnailer null: there is no FFmpeg */
  constructor(thumbnailer: Pick<Thumbnailer, 'decode'> | null, log: Log) {
    this.#thumbnailer = thumbnailer;
    this.#log = log;
  }

  /** Whether the publisher's browser is to send pictures. */
  get wantsJpegs(): boolean {
    return this.#thumbnailer === null;
  }

  get picture(): Picture | null {
    return this.#picture;
  }

  /** Takes the next picture of the broadcast, if it is a key frame and the last one is old enough. */
  offer(unit: AccessUnit): void {
    if (!unit.keyFrame || unit.config.kind !== 'video' || this.#decoding) return;
    if (this.#thumbnailer === null || !this.#isDue(unit.arrivedMs)) return;
    this.#decoding = true;
    this.#takenMs = unit.arrivedMs;
    this.#thumbnailer
      .decode(unit)
      .then(
        (jpeg) => this.#set(jpeg),
        (err: unknown) => this.#log.warn({ err }, 'no thumbnail of this key frame'),
      )
      .finally(() => {
        this.#decoding = false;
      });
  }

  /** Takes a picture of the publisher's making; one that is none, too large, too early is left out. */
  offerJpeg(jpeg: Uint8Array, nowMs: number): void {
    if (!this.wantsJpegs || !this.#isDue(nowMs + EARLY_MS)) return;
    if (!jpegSize(jpeg, { bytes: THUMBNAIL_BYTES_MAX, side: 2 * THUMBNAIL_WIDTH_MAX })) return;
    this.#takenMs = nowMs;
    this.#set(jpeg);
  }

  close(): void {
    this.#closed = true;
    this.#picture = null;
    this.events.clear();
  }

  #isDue(nowMs: number): boolean {
    return nowMs - this.#takenMs >= INTERVAL_MS;
  }

  #set(jpeg: Uint8Array): void {
    if (this.#closed) return;
    this.#picture = { jpeg, version: Math.round(this.#takenMs).toString(36) };
    this.events.emit('changed');
  }
}
