import type { Clock } from './clock.js';
import { DomainError } from './domain-error.js';
import { GuessBuckets } from './guess-buckets.js';
import type { Rate } from './token-bucket.js';

/** Keys of one kind that are kept at most: more than wrong guesses can make, since each costs a slow hash. */
const KEYS_MAX = 100_000;

/** Names one bucket: which rate it has, and whose it is. */
export type GuessKey<K extends string> = Readonly<{ kind: K; key: string }>;

/** What one guess is held against. */
export type GuessKeys<K extends string> = Readonly<{
  /** Each of these must have a place left, or the guess is refused. */
  bound: readonly GuessKey<K>[];
  /** These only count it. */
  counted?: readonly GuessKey<K>[];
}>;

/**
 * Bounds how often secrets can be guessed. A place is taken before a guess is checked and given back
 * when it is right: guesses sent together are bounded as those sent in turn, and only wrong ones count.
 * Each kind of key has its own buckets, so that many keys of one kind push out none of another.
 */
export class GuessThrottle<K extends string> {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<K, Rate>>;
  readonly #keysMax: number;
  readonly #kinds = new Map<K, GuessBuckets>();

  /** @param keysMax keys of one kind that are kept at most */
  constructor(clock: Clock, rates: Readonly<Record<K, Rate>>, keysMax = KEYS_MAX) {
    this.#clock = clock;
    this.#rates = rates;
    this.#keysMax = keysMax;
  }

  /** Whether a key has no place left. */
  isUsedUp({ kind, key }: GuessKey<K>): boolean {
    return this.#buckets(kind).waitMs(key, this.#clock.nowMs()) > 0;
  }

  /**
   * Resolves with whether a guess is right, as `check` finds out. One whose check throws does not count.
   * @throws {DomainError} `rate_limited` when too many wrong ones came before, or are being checked
   */
  async guess(
    { bound, counted = [] }: GuessKeys<K>,
    check: () => Promise<boolean>,
  ): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    const waitMs = Math.max(
      0,
      ...bound.map(({ kind, key }) => this.#buckets(kind).waitMs(key, nowMs)),
    );
    if (waitMs > 0) throw tooMany(waitMs);
    const places = [...bound, ...counted].map(({ kind, key }) =>
      this.#buckets(kind).take(key, nowMs),
    );
    let isWrong = false;
    try {
      isWrong = !(await check());
      return !isWrong;
    } finally {
      for (const settle of places) settle(isWrong);
    }
  }

  #buckets(kind: K): GuessBuckets {
    const known = this.#kinds.get(kind);
    if (known) return known;
    const buckets = new GuessBuckets(this.#rates[kind], this.#keysMax);
    this.#kinds.set(kind, buckets);
    return buckets;
  }
}

function tooMany(retryAfterMs: number): DomainError {
  return new DomainError(
    'rate_limited',
    'Too many wrong passwords or codes. Wait a little, then try again.',
    { retryAfterMs },
  );
}
