import type { Clock } from './clock.js';
import { DomainError } from './domain-error.js';
import { GuessBuckets } from './guess-buckets.js';
import type { Rate } from './token-bucket.js';

/**
 * The maximum number of keys of one kind: more than wrong guesses can create, since each costs a
 * slow hash.
 */
const KEYS_MAX = 100_000;

/** Identifies a bucket: its rate and its owner. */
export type GuessKey<K extends string> = Readonly<{ kind: K; key: string }>;

/** The buckets that a guess counts against. */
export type GuessKeys<K extends string> = Readonly<{
  /** The guess is refused unless each of these has a token. */
  bound: readonly GuessKey<K>[];
  /** These only count the guess. */
  counted?: readonly GuessKey<K>[];
}>;

/**
 * Limits how often secrets can be guessed. A token is taken before a guess is checked and returned
 * if it is right, so concurrent guesses are limited like consecutive ones, and only wrong ones
 * count. Each kind of key has its own buckets, so that many keys of one kind evict none of another.
 */
export class GuessThrottle<K extends string> {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<K, Rate>>;
  readonly #keysMax: number;
  readonly #kinds = new Map<K, GuessBuckets>();

  /** @param keysMax the maximum number of keys of one kind */
  constructor(clock: Clock, rates: Readonly<Record<K, Rate>>, keysMax = KEYS_MAX) {
    this.#clock = clock;
    this.#rates = rates;
    this.#keysMax = keysMax;
  }

  /** Whether a key has no token left. */
  isUsedUp({ kind, key }: GuessKey<K>): boolean {
    return this.#buckets(kind).waitMs(key, this.#clock.nowMs()) > 0;
  }

  /**
   * Resolves with the result of `check`. A guess whose check throws does not count.
   * @throws {DomainError} `rate_limited` after too many wrong guesses, or while too many are being
   *   checked
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
