/** Ticks per millisecond of Opus. */
const TICKS_PER_MS = 48;
/** Packets of 20 ms. */
export const PACKET_TICKS = 960;
/** How much the encoder delays sound (libopus with 20 ms: 6.5 ms). */
const LOOKAHEAD_TICKS = 312;
/** A packet this far from where it follows the previous one belongs to another moment. */
const DEVIATION_MAX_TICKS = 30 * TICKS_PER_MS;
/** The maximum number of frames inside the transcoder; more than ten seconds of sound. */
const FRAMES_MAX = 1_024;

type Frame = Readonly<{ place: number; ticks: number }>;

/**
 * Relates the packets that leave a transcoder to the frames that entered it: packet `n` contains
 * the sound of the frames at the same place, whatever their times are. Times and places are in
 * ticks of 48 kHz.
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

  /** Records a frame. The oldest is forgotten beyond 1,024 frames. */
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
    // Times of frames are rounded to milliseconds, so packets follow one another evenly instead.
    const isNear = Math.abs(ticks - next) <= DEVIATION_MAX_TICKS;
    const time = isNear ? next : ticks;
    this.#nextTicks = time + PACKET_TICKS;
    return time;
  }
}
