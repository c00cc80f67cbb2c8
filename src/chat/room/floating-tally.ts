/** Interval between updates. */
const TELL_MS = 200;
/** Limit per emoji and update; more would not be visible. */
const COUNT_MAX = 50;

export type Floats = readonly Readonly<{ emoji: string; count: number }>[];

/** Counts the floating emoji of one channel and emits them a few times per second. */
export class FloatingTally {
  readonly #tell: (floats: Floats) => void;
  /** Bounded, as the protocol limits the set of emoji. */
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (floats: Floats) => void) {
    this.#tell = tell;
  }

  add(emoji: string): void {
    this.#counts.set(emoji, Math.min(COUNT_MAX, (this.#counts.get(emoji) ?? 0) + 1));
    this.#timer ??= setTimeout(() => this.#flush(), TELL_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#counts.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const floats = [...this.#counts].map(([emoji, count]) => ({ emoji, count }));
    this.#counts = new Map();
    this.#tell(floats);
  }
}
