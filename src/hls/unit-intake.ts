import type { MediaUnit, UnitTrack } from '../broadcast/ports/unit-track.js';
import type { AccessUnit } from '../media/codecs/access-unit.js';
import {
  AUDIO_TIMESCALE,
  type CodecConfig,
  VIDEO_TIMESCALE,
} from '../media/codecs/codec-config.js';
import { H264UnitReader } from '../media/codecs/h264-unit-reader.js';
import { UnitTimes } from './unit-times.js';

const RTP_WRAP = 2 ** 32;

type Content = Readonly<{ keyFrame: boolean; data: Uint8Array; config: CodecConfig }>;

type Options = Readonly<{
  track: UnitTrack;
  onUnit: (unit: AccessUnit) => void;
  /** Called for each report that relates the track's clock to capture times. */
  onReport: (report: { ntpMs: number; rtpTime: number }) => void;
}>;

/** Reads a track's units, and converts their times to RTP times. */
export class UnitIntake {
  readonly #options: Options;
  readonly #offs: (() => void)[];
  readonly #ticksPerS: number;
  readonly #h264 = new H264UnitReader();
  readonly #times = new UnitTimes();

  constructor(options: Options) {
    this.#options = options;
    const { kind, events } = options.track;
    this.#ticksPerS = kind === 'video' ? VIDEO_TIMESCALE : AUDIO_TIMESCALE;
    this.#offs = [
      events.on('unit', (unit) => this.#take(unit)),
      events.on('clock', ({ time, capturedMs }) =>
        options.onReport({ ntpMs: capturedMs, rtpTime: rtpTimeOf(this.#ticksOf(time)) }),
      ),
    ];
  }

  /** Whether decoding order differs from display order; null if not known yet. */
  get reorders(): boolean | null {
    return this.#times.reorders;
  }

  /** Stops. Safe to call twice. */
  close(): void {
    for (const off of this.#offs.splice(0)) off();
  }

  #take(unit: MediaUnit): void {
    const content = this.#contentOf(unit);
    if (!content) return;
    const { arrivedMs, decodeTime, compositionOffset } = unit;
    const decodeTicks = this.#ticksOf(decodeTime);
    if (content.config.kind === 'audio')
      return this.#options.onUnit({ ...content, rtpTime: rtpTimeOf(decodeTicks), arrivedMs });
    const offsetTicks = this.#ticksOf(decodeTime + compositionOffset) - decodeTicks;
    const times = this.#times.push({ decodeTicks, offsetTicks, keyFrame: content.keyFrame });
    this.#options.onUnit({
      ...content,
      rtpTime: rtpTimeOf(times.decodeTicks),
      ...(times.compositionTicks !== undefined && { compositionTicks: times.compositionTicks }),
      arrivedMs,
    });
  }

  #contentOf({ data, config }: MediaUnit): Content | null {
    const { audio } = this.#options.track;
    if (audio === null) return this.#h264.push({ data, record: config });
    return { keyFrame: true, data, config: audio };
  }

  /** Converts a time to the ticks of capture times. */
  #ticksOf(time: number): number {
    return Math.round((time * this.#ticksPerS) / this.#options.track.timescale);
  }
}

const rtpTimeOf = (ticks: number): number => ((ticks % RTP_WRAP) + RTP_WRAP) % RTP_WRAP;
