/** What floats is told this often. */
const TELL_MS = 200;
/** More of one emoji in one frame show nothing more. */
const COUNT_MAX = 50;

export type Floats = readonly Readonly<{ emoji: string; count: number }>[];

/** Counts the emoji that float over one channel's player, and tells of them a few times a second. */
export class FloatingTally {
  readonly #tell: (floats: Floats) => void;
  /** The protocol bounds which emoji there are. */
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
