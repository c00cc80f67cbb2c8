import type { OpusTranscoder, StartTranscoder } from '../../broadcast/ports/media.js';
import type { ClockAnchor, MediaUnit } from '../../broadcast/ports/unit-track.js';
import { AUDIO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { ProgramRtp } from './program-rtp.js';
import type { UnitOutput } from './program-track.js';

const OPUS_TICKS_PER_MS = AUDIO_TIMESCALE / 1_000;

type Options = Readonly<{
  /** Starts transcoding; null if the server can't. */
  transcode: StartTranscoder | null;
  /** Opens a new track for viewers. */
  open: () => ProgramRtp;
  /** The time on the server's clock. */
  nowMs: () => number;
}>;

/**
 * Sends a program's sound to viewers over WebRTC, as long as it is offered. WebRTC has no AAC, so it
 * is transcoded to Opus meanwhile.
 */
export class AudioOutput implements UnitOutput {
  readonly #options: Options;
  #transcoder: OpusTranscoder | null = null;
  #rtp: ProgramRtp | null = null;
  #isOffered: boolean;
  #anchor: ClockAnchor | null = null;

  constructor(options: Options, { isOffered }: { isOffered: boolean }) {
    this.#options = options;
    this.#isOffered = isOffered;
  }

  /** Whether viewers over WebRTC would hear the sound if it could be transcoded. */
  get isMissing(): boolean {
    return this.#isOffered && this.#options.transcode === null;
  }

  setOffered(isOffered: boolean): void {
    this.#isOffered = isOffered;
    if (!isOffered) this.close();
  }

  push({ data, decodeTime }: MediaUnit): void {
    const { transcode } = this.#options;
    if (!this.#isOffered || transcode === null) return;
    this.#transcoder ??= transcode((packet, timeTicks) => this.#send(packet, timeTicks));
    this.#transcoder.push(data, decodeTime);
  }

  setClock({ time, capturedMs }: ClockAnchor): void {
    this.#anchor = { time: time * OPUS_TICKS_PER_MS, capturedMs };
    this.#rtp?.setClock(this.#anchor);
  }

  close(): void {
    this.#transcoder?.close();
    this.#transcoder = null;
    this.#rtp?.close();
    this.#rtp = null;
  }

  #send(packet: Uint8Array, timeTicks: number): void {
    if (this.#rtp === null) {
      this.#rtp = this.#options.open();
      if (this.#anchor) this.#rtp.setClock(this.#anchor);
    }
    this.#rtp.send([[packet]], {
      decodeTime: timeTicks,
      shownTime: timeTicks,
      arrivedMs: this.#options.nowMs(),
    });
  }
}
