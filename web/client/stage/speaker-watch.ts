import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type AudioLevel, HEARD_DB } from '../capture/audio-level.js';
import { nextSpeaker, NO_SPEAKER, type SpeakerState } from './active-speaker.js';

const LISTEN_MS = 150;
/** How long a person still counts as speaking after the last sound, in milliseconds. */
const VOICE_HOLD_MS = 700;

/** Detects who is speaking from the levels, and chooses one person as the speaker. */
export class SpeakerWatch {
  readonly #levels: () => ReadonlyMap<string, AudioLevel>;
  readonly #onChange: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #speaking = signal<ReadonlySet<string>>(new Set());
  /** The time when each person was last heard. People who have left are removed. */
  readonly #heardMs = new Map<string, number>();
  #state: SpeakerState = NO_SPEAKER;

  /**
   * @param levels returns the current level of each person who can be the speaker
   * @param onChange called when {@link speaking} or {@link speaker} has changed
   */
  constructor(levels: () => ReadonlyMap<string, AudioLevel>, onChange: () => void) {
    this.#levels = levels;
    this.#onChange = onChange;
    this.#timer = setInterval(() => this.#listen(), LISTEN_MS);
  }

  get speaking(): ReadonlySignal<ReadonlySet<string>> {
    return this.#speaking;
  }

  /** The person whom layouts show large; null until someone speaks. */
  get speaker(): string | null {
    return this.#state.speaker;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #listen(): void {
    const nowMs = performance.now();
    const levels = this.#levels();
    for (const person of this.#heardMs.keys()) {
      if (!levels.has(person)) this.#heardMs.delete(person);
    }
    for (const [person, { rmsDb }] of levels) {
      if (rmsDb > HEARD_DB) this.#heardMs.set(person, nowMs);
    }
    const speaking = [...this.#heardMs]
      .filter(([, heardMs]) => nowMs - heardMs < VOICE_HOLD_MS)
      .map(([person]) => person)
      .toSorted((a, b) => (levels.get(b)?.rmsDb ?? 0) - (levels.get(a)?.rmsDb ?? 0));
    const before = this.#state.speaker;
    this.#state = nextSpeaker(this.#state, { speaking, nowMs });
    const now = new Set(speaking);
    const isSame = isEqual(now, this.#speaking.peek());
    if (!isSame) this.#speaking.value = now;
    if (!isSame || before !== this.#state.speaker) this.#onChange();
  }
}

function isEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}
