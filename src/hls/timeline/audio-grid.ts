import type { Sample } from '../../media/mp4/sample.js';
import { SILENCES } from '../../media/rtp/opus-depacketizer.js';

const TICKS_PER_MS = 48;
/** A packet that deviates this far from its place is corrected at once. */
const JUMP_TICKS = 20 * TICKS_PER_MS;
/**
 * A larger deviation that lasts for {@link LASTING_TICKS} is corrected, since it is a clock change
 * and not jitter.
 */
const LASTING_OFF_TICKS = 8 * TICKS_PER_MS;
const LASTING_TICKS = 1_000 * TICKS_PER_MS;

const SILENCE_SAMPLES: readonly Sample[] = SILENCES.map(({ data, ticks }) => ({
  data,
  durationTicks: ticks,
  keyFrame: true,
}));
/** 20 ms of silence. */
export const SILENCE: Sample = longest(SILENCE_SAMPLES);
const SILENCE_TICKS = SILENCE.durationTicks;

/** The time since which packets have deviated in one direction, and their minimum deviation. */
type Lasting = { sinceTicks: number; leastTicks: number };

/**
 * Places audio packets one after another without gaps. Times are in 48 kHz ticks. A packet never
 * deviates from its capture time by more than 20 ms, or by more than 8 ms for longer than a second.
 * Gaps are filled with silence; surplus packets are dropped.
 */
export class AudioGrid {
  #endTicks: number | null = null;
  #startTicks = 0;
  #lasting: Lasting | null = null;

  /** The start of the next sample; null before the first sample. */
  get endTicks(): number | null {
    return this.#endTicks;
  }

  /** Restarts with the next packet or silence, at `ticks` or less than 20 ms later. */
  startAt(ticks: number): void {
    this.#endTicks = null;
    this.#startTicks = ticks;
    this.#lasting = null;
  }

  /** Returns the samples to append for a packet captured at `ticks`. */
  place(ticks: number, packet: Sample): Sample[] {
    this.#endTicks ??= this.#beginFor(ticks);
    const offTicks = ticks - this.#endTicks;
    if (offTicks < -JUMP_TICKS) return [];
    if (offTicks > JUMP_TICKS) return this.#append([...silence(offTicks), packet]);
    const lastingTicks = this.#lastingOff(ticks, offTicks);
    if (lastingTicks > 0) return this.#append([...silence(lastingTicks), packet]);
    if (lastingTicks < 0) return this.#append(silence(packet.durationTicks + lastingTicks));
    return this.#append([packet]);
  }

  /** Returns silence that ends at a time, or less than 20 ms before it. */
  fillTo(ticks: number): Sample[] {
    const fromTicks = this.#endTicks ?? this.#startTicks;
    if (ticks - fromTicks < SILENCE_TICKS) return [];
    this.#endTicks = fromTicks;
    const count = Math.floor((ticks - fromTicks) / SILENCE_TICKS);
    return this.#append(silence(count * SILENCE_TICKS));
  }

  /**
   * Returns a start time that puts the packet in its exact place, preceded by silence if there is
   * room.
   */
  #beginFor(ticks: number): number {
    const room = Math.max(0, ticks - this.#startTicks);
    return this.#startTicks + (room % SILENCE_TICKS);
  }

  /** Returns the deviation if it has lasted long enough to be corrected, otherwise 0. */
  #lastingOff(ticks: number, offTicks: number): number {
    const before = this.#lasting;
    if (Math.abs(offTicks) <= LASTING_OFF_TICKS) this.#lasting = null;
    else if (before === null || before.leastTicks * offTicks < 0)
      this.#lasting = { sinceTicks: ticks, leastTicks: offTicks };
    else if (Math.abs(offTicks) < Math.abs(before.leastTicks)) before.leastTicks = offTicks;
    const lasting = this.#lasting;
    if (lasting === null || ticks - lasting.sinceTicks < LASTING_TICKS) return 0;
    this.#lasting = null;
    return lasting.leastTicks;
  }

  #append(samples: Sample[]): Sample[] {
    for (const { durationTicks } of samples) this.#endTicks = (this.#endTicks ?? 0) + durationTicks;
    return samples;
  }
}

/** Returns silence of this length, rounded down to a multiple of 2.5 ms. */
function silence(ticks: number): Sample[] {
  const samples: Sample[] = [];
  let left = ticks;
  for (const sample of SILENCE_SAMPLES)
    for (; left >= sample.durationTicks; left -= sample.durationTicks) samples.push(sample);
  return samples;
}

function longest([first]: readonly Sample[]): Sample {
  if (!first) throw new Error('no silence is defined');
  return first;
}
