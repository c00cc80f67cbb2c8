import type { Sample } from '../../media/mp4/sample.js';
import type { AudioFraming } from './audio-framing.js';

/** The time since which packets have deviated in one direction, and their minimum deviation. */
type Lasting = { sinceTicks: number; leastTicks: number };

/**
 * Places audio packets one after another without gaps and counts their samples, as players do. A
 * packet deviates from its capture time only within the limits of its {@link AudioFraming}: for
 * Opus, at most 20 ms, or 8 ms for longer than a second; for AAC, at most one frame, or half a
 * frame and 3 ms. Gaps are filled with silence; excess packets are dropped.
 */
export class AudioGrid {
  readonly #framing: AudioFraming;
  readonly #silence: Sample;
  #endTicks: number | null = null;
  #startTicks = 0;
  #lasting: Lasting | null = null;

  constructor(framing: AudioFraming) {
    const [longest] = framing.silences;
    if (!longest) throw new Error('no silence is defined');
    this.#framing = framing;
    this.#silence = longest;
  }

  /** The duration of the longest silence, to which {@link fillTo} rounds. */
  get silenceTicks(): number {
    return this.#silence.durationTicks;
  }

  /** The start of the next sample; null before the first sample. */
  get endTicks(): number | null {
    return this.#endTicks;
  }

  /** Restarts with the next packet or silence, at `ticks` or up to one silence later. */
  startAt(ticks: number): void {
    this.#endTicks = null;
    this.#startTicks = ticks;
    this.#lasting = null;
  }

  /** Returns the samples to append for a packet captured at `ticks`. */
  place(ticks: number, packet: Sample): Sample[] {
    if (this.#endTicks === null && ticks < this.#startTicks && !this.#framing.mayBeginLate)
      return [];
    const isFirst = this.#endTicks === null;
    this.#endTicks ??= this.#beginFor(ticks);
    const offTicks = ticks - this.#endTicks;
    const { jumpTicks } = this.#framing;
    if (offTicks < -jumpTicks) return [];
    if (offTicks > jumpTicks || isFirst) return this.#append([...this.#nearly(offTicks), packet]);
    const lastingTicks = this.#lastingOff(ticks, offTicks);
    if (lastingTicks > 0) return this.#append([...this.#nearly(lastingTicks), packet]);
    if (lastingTicks < 0) return this.#append(this.#nearly(packet.durationTicks + lastingTicks));
    return this.#append([packet]);
  }

  /** Returns silence that ends at a time, or less than one silence before it. */
  fillTo(ticks: number): Sample[] {
    const fromTicks = this.#endTicks ?? this.#startTicks;
    const count = Math.floor((ticks - fromTicks) / this.silenceTicks);
    if (count <= 0) return [];
    this.#endTicks = fromTicks;
    return this.#append(Array.from({ length: count }, () => this.#silence));
  }

  /**
   * Returns a start time that puts the packet in its exact place, preceded by silence if there is
   * room.
   */
  #beginFor(ticks: number): number {
    const room = Math.max(0, ticks - this.#startTicks);
    return this.#startTicks + (room % this.silenceTicks);
  }

  /** Returns the deviation if it has lasted long enough to be corrected, otherwise 0. */
  #lastingOff(ticks: number, offTicks: number): number {
    const before = this.#lasting;
    if (Math.abs(offTicks) <= this.#framing.offTicks) this.#lasting = null;
    else if (before === null || before.leastTicks * offTicks < 0)
      this.#lasting = { sinceTicks: ticks, leastTicks: offTicks };
    else if (Math.abs(offTicks) < Math.abs(before.leastTicks)) before.leastTicks = offTicks;
    const lasting = this.#lasting;
    if (lasting === null || ticks - lasting.sinceTicks < this.#framing.lastingTicks) return 0;
    this.#lasting = null;
    return lasting.leastTicks;
  }

  /** Returns silence of about this length. */
  #nearly(ticks: number): Sample[] {
    const { silences, roundingTicks } = this.#framing;
    const samples: Sample[] = [];
    let left = ticks + roundingTicks;
    for (const sample of silences)
      for (; left >= sample.durationTicks; left -= sample.durationTicks) samples.push(sample);
    return samples;
  }

  #append(samples: Sample[]): Sample[] {
    for (const { durationTicks } of samples) this.#endTicks = (this.#endTicks ?? 0) + durationTicks;
    return samples;
  }
}
