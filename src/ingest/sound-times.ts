/** Opus ticks per millisecond. */
const TICKS_PER_MS = 48;
/** The duration of a packet (20 ms), in ticks. */
export const PACKET_TICKS = 960;
/** The latency that the encoder adds (6.5 ms for libopus with 20 ms packets), in ticks. */
const LOOKAHEAD_TICKS = 312;
/** A packet further than this from the end of the previous one doesn't follow it directly. */
const DEVIATION_MAX_TICKS = 30 * TICKS_PER_MS;
/** The maximum number of frames inside the transcoder; more than ten seconds of audio. */
const FRAMES_MAX = 1_024;

type Frame = Readonly<{ place: number; ticks: number }>;

/**
 * Relates the packets that leave a transcoder to the frames that entered it. A packet contains the
 * audio of the frames at the same place in the stream, whatever their times are. Times and places
 * are in 48 kHz ticks.
 */
export class SoundTimes {
  readonly #frames: Frame[] = [];
  #endPlace = 0;
  #packets = 0;
  #nextTicks: number | null = null;

  /** The place of the next frame. */
  get endPlace(): number {
    return this.#endPlace;
  }

  /** Records a frame. Beyond 1,024 frames, the oldest is dropped. */
  frame(timeMs: number, durationTicks: number): void {
    this.#frames.push({ place: this.#endPlace, ticks: timeMs * TICKS_PER_MS });
    this.#endPlace += durationTicks;
    if (this.#frames.length > FRAMES_MAX) this.#frames.shift();
  }

  /** Returns the time of the next packet; null if no frame has entered. */
  packet(): number | null {
    const place = this.#packets * PACKET_TICKS - LOOKAHEAD_TICKS;
    this.#packets += 1;
    while ((this.#frames[1]?.place ?? Infinity) <= place) this.#frames.shift();
    const [frame] = this.#frames;
    if (!frame) return null;
    const ticks = Math.round(frame.ticks + place - frame.place);
    const next = this.#nextTicks ?? ticks;
    // Frame times are rounded to milliseconds, so packets are spaced evenly instead.
    const isNear = Math.abs(ticks - next) <= DEVIATION_MAX_TICKS;
    const time = isNear ? next : ticks;
    this.#nextTicks = time + PACKET_TICKS;
    return time;
  }
}
