import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import {
  canRewind,
  type Ladder,
  type LadderEvent,
  type LadderRules,
  standOn,
} from './ladder-state.js';
import { plan, step } from './ladder.js';

/** An event without its time. */
export type LadderFact = LadderEvent extends infer E
  ? E extends LadderEvent
    ? Omit<E, 'nowMs'>
    : never
  : never;

/** Runs the ladder in real time: holds its state, and sends `woke` at the requested times. */
export class LadderRun {
  readonly #ladder;
  readonly #off: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly ladder: ReadonlySignal<Ladder>;
  readonly way;
  /** Whether a WebRTC connection is wanted. */
  readonly webrtc: ReadonlySignal<boolean>;
  /** Whether HLS should play. */
  readonly hls: ReadonlySignal<boolean>;
  readonly canRewind: ReadonlySignal<boolean>;

  /**
   * @param check reports whether media is flowing; called before each decision that a timer
   *   triggers
   */
  constructor(rules: LadderRules, check: () => Promise<void>) {
    this.#ladder = signal(standOn(rules));
    this.ladder = this.#ladder;
    const now = computed(() => plan(this.#ladder.value));
    this.way = computed(() => now.value.way);
    this.webrtc = computed(() => now.value.webrtc);
    this.hls = computed(() => now.value.hls);
    this.canRewind = computed(() => canRewind(this.#ladder.value));
    const wakeMs = computed(() => now.value.wakeMs);
    this.#off = effect(() => this.#setTimer(wakeMs.value, check));
  }

  tell(fact: LadderFact): void {
    this.#ladder.value = step(this.#ladder.peek(), { ...fact, nowMs: performance.now() });
  }

  close(): void {
    this.#off();
    clearTimeout(this.#timer);
  }

  #setTimer(wakeMs: number | null, check: () => Promise<void>): void {
    clearTimeout(this.#timer);
    if (wakeMs === null) return;
    // Timers of a background page fire late, so the media that has arrived in the meantime must be
    // observed before the decision.
    const wake = (): void => void check().finally(() => this.tell({ name: 'woke' }));
    this.#timer = setTimeout(wake, Math.max(0, wakeMs - performance.now()));
  }
}
