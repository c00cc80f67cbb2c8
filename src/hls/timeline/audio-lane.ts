import {
  AUDIO_TIMESCALE,
  type AudioConfig,
  VIDEO_TIMESCALE,
} from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import { AudioGrid, SILENCE } from './audio-grid.js';
import type { Boundary } from './boundary.js';
import type { RenditionOutput } from './rendition-output.js';

/**
 * Never reached, because video decides on the boundaries within 2 s. Even with the shortest
 * packets, the queue holds far more audio than that.
 */
const MAX_QUEUE = 4_000;

/** Queues audio for its rendition, placed by an {@link AudioGrid}. */
export class AudioLane {
  readonly #output: RenditionOutput;
  readonly #grid = new AudioGrid();
  /**
   * Samples that are placed but not yet written. They are contiguous, and at most {@link
   * MAX_QUEUE}.
   */
  #queue: Sample[] = [];
  /** The start of the queue. */
  #headTicks = 0;
  #config: AudioConfig;
  /** The start of the open segment. */
  #segmentTicks = 0;
  #next = 0;

  /** @param config the configuration to use for silence until a packet arrives */
  constructor(output: RenditionOutput, config: AudioConfig) {
    this.#output = output;
    this.#config = config;
  }

  /** The number of the next boundary. */
  get nextMsn(): number {
    return this.#next;
  }

  /** The end of the newest sample, in 48 kHz ticks; null if none arrived since {@link startAt}. */
  get newestTicks(): number | null {
    return this.#grid.endTicks;
  }

  /** The start of the next sample to be written; null if none is queued. */
  get headTicks(): number | null {
    return this.#queue.length > 0 ? this.#headTicks : null;
  }

  /** Starts the next sample at a time, or less than 20 ms later. */
  startAt(ticks: number): void {
    this.#grid.startAt(ticks);
  }

  push(ticks: number, packet: Sample, config: AudioConfig): void {
    this.#config = config;
    // Rejected samples are replaced with silence later.
    if (this.#queue.length < MAX_QUEUE) this.#append(this.#grid.place(ticks, packet));
  }

  /** Fills the lane with silence up to a time. */
  fillTo(ticks: number): void {
    if (this.#queue.length < MAX_QUEUE) this.#append(this.#grid.fillTo(ticks));
  }

  /** Writes the samples that start at or before a time, up to the boundary. */
  writeUpTo(ticks: number, boundary: Boundary | undefined): void {
    const endTicks = boundary ? audioTicksOf(boundary.ticks) : Infinity;
    while (this.#queue.length > 0 && this.#headTicks <= ticks) {
      if (this.#headTicks >= endTicks && !this.#isEmpty) return;
      const sample = this.#queue.shift();
      if (!sample) return;
      this.#headTicks += sample.durationTicks;
      this.#output.add(sample);
    }
  }

  /** Crosses a declared boundary; returns false if samples before it are still missing. */
  cross({ start, ticks }: Boundary): boolean {
    const ready = this.#output.open
      ? this.#headTicks >= audioTicksOf(ticks) && !this.#isEmpty
      : this.#queue.length > 0;
    if (!ready) return false;
    this.#output.endSegment();
    this.#next = start.msn + 1;
    const beginsTicks = this.#headTicks;
    this.#segmentTicks = beginsTicks;
    const lateMs = ((beginsTicks - audioTicksOf(ticks)) / AUDIO_TIMESCALE) * 1_000;
    const wallMs = start.wallMs + lateMs;
    this.#output.startSegment({ ...start, wallMs }, { ticks: beginsTicks, config: this.#config });
    return true;
  }

  /** Writes everything and ends the open segment, which is never empty. */
  finish(): void {
    if (!this.#output.open) return;
    this.fillTo(this.#segmentTicks + SILENCE.durationTicks);
    this.writeUpTo(Infinity, undefined);
    this.#output.endSegment();
  }

  end(): void {
    this.#output.end();
  }

  /**
   * Whether the open segment is empty. A segment that ends at a format change may be shorter than a
   * packet, but still gets one.
   */
  get #isEmpty(): boolean {
    return this.#output.open && this.#headTicks === this.#segmentTicks;
  }

  #append(samples: readonly Sample[]): void {
    if (this.#queue.length === 0) {
      const newTicks = samples.reduce((total, { durationTicks }) => total + durationTicks, 0);
      this.#headTicks = (this.#grid.endTicks ?? 0) - newTicks;
    }
    for (const sample of samples) this.#queue.push(sample);
  }
}

/** Returns the first audio tick not before a video tick. */
export const audioTicksOf = (videoTicks: number): number =>
  Math.ceil((videoTicks * AUDIO_TIMESCALE) / VIDEO_TIMESCALE);

/** Returns the video tick at an audio tick, or just after it. */
export const videoTicksOf = (audioTicks: number): number =>
  Math.ceil((audioTicks * VIDEO_TIMESCALE) / AUDIO_TIMESCALE);
