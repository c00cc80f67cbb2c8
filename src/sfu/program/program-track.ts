import { randomUUID } from 'node:crypto';
import type { ProgramTrack } from '../../broadcast/ports/media.js';
import type {
  ClockAnchor,
  MediaUnit,
  UnitCodec,
  UnitTrack,
} from '../../broadcast/ports/unit-track.js';
import type { AudioConfig } from '../../media/codecs/codec-config.js';
import type { MediaKind } from '../../protocol/rtc.js';
import { type EventsOf, TypedEmitter } from '../../common/typed-emitter.js';
import { UnitMeter } from './unit-meter.js';

/** Sends a track's units to WebRTC viewers, in addition to the packager. */
export type UnitOutput = Pick<ProgramTrack, 'push' | 'setClock' | 'close'>;

type Options = Readonly<{
  /** The AAC configuration; null for H.264. */
  audio: AudioConfig | null;
  output: UnitOutput;
  onUnit: (bytes: number) => void;
}>;

/** One of a publisher's tracks. Passes its units to the packager and to viewers. */
export class ProgramUnitTrack implements ProgramTrack, UnitTrack {
  readonly form = 'units';
  readonly id = randomUUID();
  readonly paused = false;
  readonly meter = new UnitMeter();
  readonly timescale = 1_000;
  readonly audio: AudioConfig | null;
  readonly #emitter = new TypedEmitter<EventsOf<UnitTrack>>();
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  #sends = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.audio = options.audio;
  }

  get codec(): UnitCodec {
    return this.audio ? 'aac' : 'h264';
  }

  get kind(): MediaKind {
    return this.audio ? 'audio' : 'video';
  }

  get sends(): boolean {
    return this.#sends;
  }

  push(unit: MediaUnit): void {
    if (this.#closed) return;
    this.#sends = true;
    const { data, keyFrame, decodeTime, arrivedMs } = unit;
    this.meter.push({ bytes: data.length, keyFrame, timeMs: decodeTime }, arrivedMs);
    this.#emitter.emit('unit', unit);
    this.#options.output.push(unit);
    this.#options.onUnit(data.length);
  }

  setClock(anchor: ClockAnchor): void {
    if (this.#closed) return;
    this.#emitter.emit('clock', anchor);
    this.#options.output.setClock(anchor);
  }

  close(): void {
    if (this.#closed) return;
    this.#options.output.close();
    this.release();
  }

  /** Closes the track, but leaves its output to the track that replaces it. */
  release(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }
}
