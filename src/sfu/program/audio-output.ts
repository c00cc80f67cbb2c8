import type { OpusTranscoder, StartTranscoder } from '../../broadcast/ports/media.js';
import type { ClockAnchor, MediaUnit } from '../../broadcast/ports/unit-track.js';
import { AUDIO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { ProgramRtp } from './program-rtp.js';
import type { UnitOutput } from './program-track.js';

const OPUS_TICKS_PER_MS = AUDIO_TIMESCALE / 1_000;

type Options = Readonly<{
  /** Opens a new track for viewers. */
  open: () => ProgramRtp;
  /** The time on the server's clock. */
  nowMs: () => number;
  /** See {@link AudioOutput.setOffered}. */
  isOffered: boolean;
}>;

/**
 * Sends a publisher's audio to WebRTC viewers while it is offered. WebRTC doesn't support AAC, so
 * the audio is transcoded to Opus during that time.
 */
export class AudioOutput implements UnitOutput {
  readonly #options: Options;
  #transcode: StartTranscoder | null = null;
  #transcoder: OpusTranscoder | null = null;
  #rtp: ProgramRtp | null = null;
  #isOffered: boolean;
  #anchor: ClockAnchor | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#isOffered = options.isOffered;
  }

  /** Whether WebRTC viewers lack the audio only because it can't be transcoded. */
  get isMissing(): boolean {
    return this.#isOffered && this.#transcode === null;
  }

  /** Sets the transcoder for the audio from now on; null if the server can't transcode it. */
  setTranscoder(transcode: StartTranscoder | null): void {
    this.#transcoder?.close();
    this.#transcoder = null;
    this.#transcode = transcode;
  }

  /** Sets whether the audio is offered to WebRTC viewers. */
  setOffered(isOffered: boolean): void {
    this.#isOffered = isOffered;
    if (!isOffered) this.close();
  }

  push({ data, decodeTime }: MediaUnit): void {
    if (!this.#isOffered || this.#transcode === null) return;
    this.#transcoder ??= this.#transcode((packet, timeTicks) => this.#send(packet, timeTicks));
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
