import { type AudioConfig, timescaleOf } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import { audioFramingOf } from './audio-framing.js';
import { AudioGrid } from './audio-grid.js';
import { AudioTicks } from './audio-ticks.js';
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
  readonly #grid: AudioGrid;
  readonly #config: AudioConfig;
  /** Converts between the run's timeline and the lane's ticks, which are audio samples. */
  readonly ticks: AudioTicks;
  /**
   * Samples that are placed but not yet written. They are contiguous, and at most {@link
   * MAX_QUEUE}.
   */
  #queue: Sample[] = [];
  /** The start of the queue. */
  #headTicks = 0;
  /** The start of the open segment. */
  #segmentTicks = 0;
  #next = 0;

  constructor(output: RenditionOutput, config: AudioConfig) {
    this.#output = output;
    this.#config = config;
    this.#grid = new AudioGrid(audioFramingOf(config));
    this.ticks = new AudioTicks(timescaleOf(config));
  }

  /** The number of the next boundary. */
  get nextMsn(): number {
    return this.#next;
  }

  /** The duration of the longest silence. */
  get silenceTicks(): number {
    return this.#grid.silenceTicks;
  }

  /** The end of the newest sample; null if none arrived since {@link startAt}. */
  get newestTicks(): number | null {
    return this.#grid.endTicks;
  }

  /** The start of the next sample to be written; null if none is queued. */
  get headTicks(): number | null {
    return this.#queue.length > 0 ? this.#headTicks : null;
  }

  /** Starts the next sample at a time, or up to one silence later. */
  startAt(ticks: number): void {
    this.#grid.startAt(ticks);
  }

  push(ticks: number, packet: Sample): void {
    // Rejected samples are replaced with silence later.
    if (this.#queue.length < MAX_QUEUE) this.#append(this.#grid.place(ticks, packet));
  }

  /** Fills the lane with silence up to a time. */
  fillTo(ticks: number): void {
    if (this.#queue.length < MAX_QUEUE) this.#append(this.#grid.fillTo(ticks));
  }

  /** Writes the samples that start at or before a time, but none beyond the boundary. */
  writeUpTo(ticks: number, boundary: Boundary | undefined): void {
    const endTicks = boundary ? this.ticks.at(boundary.ticks) : Infinity;
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
      ? this.#headTicks >= this.ticks.at(ticks) && !this.#isEmpty
      : this.#queue.length > 0;
    if (!ready) return false;
    this.#output.endSegment();
    this.#next = start.msn + 1;
    const beginsTicks = this.#headTicks;
    this.#segmentTicks = beginsTicks;
    const lateMs = this.ticks.ms(beginsTicks - this.ticks.at(ticks));
    const wallMs = start.wallMs + lateMs;
    this.#output.startSegment({ ...start, wallMs }, { ticks: beginsTicks, config: this.#config });
    return true;
  }

  /** Writes everything and ends the open segment, which is never empty. */
  finish(): void {
    if (!this.#output.open) return;
    this.fillTo(this.#segmentTicks + this.silenceTicks);
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
