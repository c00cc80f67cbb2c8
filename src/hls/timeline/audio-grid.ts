import { SILENCE_20MS } from '../rtp/opus-depacketizer.js';
import type { Sample } from '../mp4/sample.js';

const SILENCE_TICKS = 960;
/** A packet may be so far off its place before that is put right, 20 ms. */
const TOLERANCE_TICKS = 960;

/** 20 ms of sound that nobody hears. */
export const SILENCE: Sample = { data: SILENCE_20MS, durationTicks: SILENCE_TICKS, keyFrame: true };

/**
 * Puts packets of sound one after another without gaps, 48 kHz, never more than 20 ms off the time they
 * were captured: silence fills what is missing, a packet too many is left out.
 */
export class AudioGrid {
  #endTicks: number | null = null;
  #startTicks = 0;

  /** Where the next sample begins; null: nothing began. */
  get endTicks(): number | null {
    return this.#endTicks;
  }

  /** Begins anew, with the next packet or silence, at `ticks` or less than 20 ms later. */
  startAt(ticks: number): void {
    this.#endTicks = null;
    this.#startTicks = ticks;
  }

  /** The samples to append for a packet captured at `ticks`. */
  place(ticks: number, packet: Sample): Sample[] {
    this.#endTicks ??= this.#beginFor(ticks);
    const offTicks = ticks - this.#endTicks;
    if (offTicks < -TOLERANCE_TICKS) return [];
    const samples = offTicks > TOLERANCE_TICKS ? silence(Math.round(offTicks / SILENCE_TICKS)) : [];
    return this.#append([...samples, packet]);
  }

  /** Silence up to a time, or less than 20 ms before it. */
  fillTo(ticks: number): Sample[] {
    const fromTicks = this.#endTicks ?? this.#startTicks;
    if (ticks - fromTicks < SILENCE_TICKS) return [];
    this.#endTicks = fromTicks;
    return this.#append(silence(Math.floor((ticks - fromTicks) / SILENCE_TICKS)));
  }

  /** So that the packet has its exact place, with silence before it where there is room. */
  #beginFor(ticks: number): number {
    const room = Math.max(0, ticks - this.#startTicks);
    return this.#startTicks + (room % SILENCE_TICKS);
  }

  #append(samples: Sample[]): Sample[] {
    for (const { durationTicks } of samples) this.#endTicks = (this.#endTicks ?? 0) + durationTicks;
    return samples;
  }
}

const silence = (count: number): Sample[] =>
  Array.from({ length: Math.max(0, count) }, () => SILENCE);
