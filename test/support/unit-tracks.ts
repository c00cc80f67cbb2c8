import type { MediaUnit, UnitCodec, UnitTrack } from '../../src/broadcast/ports/unit-track.js';
import type { AudioConfig } from '../../src/media/codecs/codec-config.js';
import { type EventsOf, TypedEmitter } from '../../src/common/typed-emitter.js';

/** A track whose units a test emits. Times are in milliseconds, as in FLV. */
export class SentUnits implements UnitTrack {
  readonly form = 'units';
  readonly id: string;
  readonly timescale = 1_000;
  readonly codec: UnitCodec;
  readonly #emitter = new TypedEmitter<EventsOf<UnitTrack>>();
  readonly events = this.#emitter.listenable;
  sends = false;
  paused = false;

  constructor(
    codec: UnitCodec,
    readonly audio: AudioConfig | null = null,
  ) {
    this.codec = codec;
    this.id = codec;
  }

  get kind(): UnitTrack['kind'] {
    return this.codec === 'h264' ? 'video' : 'audio';
  }

  send(unit: MediaUnit): void {
    this.sends = true;
    this.#emitter.emit('unit', unit);
  }

  anchor(time: number, capturedMs: number): void {
    this.#emitter.emit('clock', { time, capturedMs });
  }

  close(): void {
    this.#emitter.emit('closed');
  }
}
