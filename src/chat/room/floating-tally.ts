/** The interval between updates. */
const UPDATE_MS = 200;
/** The maximum count per emoji and update; a higher count would make no visible difference. */
const COUNT_MAX = 50;

export type Floats = readonly Readonly<{ emoji: string; count: number }>[];

/** Counts the floating emoji of one channel and emits them a few times per second. */
export class FloatingTally {
  readonly #report: (floats: Floats, own: Floats) => void;
  /** The counts from this node. */
  #own = new Map<string, number>();
  /**
   * The counts from all nodes, by emoji. Their number is bounded, because the protocol limits the
   * set of emoji.
   */
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param report receives the counts from all nodes, and those from this node */
  constructor(report: (floats: Floats, own: Floats) => void) {
    this.#report = report;
  }

  add(emoji: string): void {
    raise(this.#own, { emoji, count: 1 });
    this.addElsewhere([{ emoji, count: 1 }]);
  }

  /** Adds floating emoji from another node. */
  addElsewhere(floats: Floats): void {
    for (const float of floats) raise(this.#counts, float);
    this.#timer ??= setTimeout(() => this.#flush(), UPDATE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#counts.clear();
    this.#own.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const [floats, own] = [listOf(this.#counts), listOf(this.#own)];
    this.#counts = new Map();
    this.#own = new Map();
    this.#report(floats, own);
  }
}

function raise(counts: Map<string, number>, { emoji, count }: Floats[number]): void {
  counts.set(emoji, Math.min(COUNT_MAX, (counts.get(emoji) ?? 0) + count));
}

function listOf(counts: ReadonlyMap<string, number>): Floats {
  return [...counts].map(([emoji, count]) => ({ emoji, count }));
}
