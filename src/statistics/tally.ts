import type { Sample } from './sample.js';
import { sampleAt } from './sample-steps.js';

/** The maximum watch time between two counts. A longer gap means that the process was stopped. */
const GAP_MAX_MS = 10_000;

/** Accumulates one broadcast's viewers and messages, sample by sample. */
export class Tally {
  readonly broadcastId: string;
  readonly #epoch: number;
  readonly #startedAtMs: number;
  #recordedAtMs: number;
  #step: number;
  #viewersNow: number;
  #viewers: number;
  #watchMs = 0;
  #messages = 0;
  #lastSeq = 0;

  constructor(
    { id, epoch, startedAtMs }: { id: string; epoch: number; startedAtMs: number },
    viewers: number,
    nowMs: number,
  ) {
    this.broadcastId = id;
    this.#epoch = epoch;
    this.#startedAtMs = startedAtMs;
    this.#recordedAtMs = nowMs;
    this.#step = sampleAt(nowMs - startedAtMs);
    this.#viewersNow = viewers;
    this.#viewers = viewers;
  }

  /** Records the current number of viewers. Returns the sample that this completes, or null. */
  record(viewers: number, nowMs: number): Sample | null {
    const elapsedMs = Math.min(GAP_MAX_MS, Math.max(0, nowMs - this.#recordedAtMs));
    this.#watchMs += this.#viewersNow * elapsedMs;
    this.#recordedAtMs = nowMs;
    this.#viewersNow = viewers;
    const step = sampleAt(nowMs - this.#startedAtMs);
    // If the clock was set back, the current sample continues.
    const complete = step > this.#step ? this.sample : null;
    if (complete) this.#begin(step);
    this.#viewers = Math.max(this.#viewers, viewers);
    return complete;
  }

  /** Counts messages. A repeated message counts only once. */
  count(seqs: readonly number[]): void {
    for (const seq of seqs) {
      if (seq <= this.#lastSeq) continue;
      this.#lastSeq = seq;
      this.#messages += 1;
    }
  }

  /** The current sample, which is incomplete. */
  get sample(): Sample {
    return {
      broadcastId: this.broadcastId,
      step: this.#step,
      viewers: this.#viewers,
      watchS: Math.floor(this.#watchMs / 1_000),
      messages: this.#messages,
      epoch: this.#epoch,
    };
  }

  #begin(step: number): void {
    this.#step = step;
    this.#viewers = 0;
    // The fraction of a second is carried over to the next sample.
    this.#watchMs %= 1_000;
    this.#messages = 0;
  }
}
