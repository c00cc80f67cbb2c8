import type { Clock } from './clock.js';
import { DomainError } from './domain-error.js';
import { GuessBuckets } from './guess-buckets.js';
import type { SharedGuesses, SharedKey } from './shared-guesses.js';
import type { Rate } from './token-bucket.js';

/**
 * The maximum number of keys of one kind. Wrong guesses can't create that many, because each
 * requires computing a slow hash.
 */
const KEYS_MAX = 100_000;

type Options = Readonly<{ keysMax?: number; shared?: SharedGuesses | null }>;

/** Identifies a bucket by its rate and its owner. */
export type GuessKey<K extends string> = Readonly<{ kind: K; key: string }>;

/** The buckets from which a guess takes a token. */
export type GuessKeys<K extends string> = Readonly<{
  /** The buckets that must each have a token; otherwise, the guess is refused. */
  bound: readonly GuessKey<K>[];
  /** The buckets in which the guess is counted, but which can't cause it to be refused. */
  counted?: readonly GuessKey<K>[];
}>;

/**
 * Limits how often secrets can be guessed. A token is taken before a guess is checked, and returned
 * if the guess is right. Only wrong guesses therefore count, and concurrent guesses are limited
 * like consecutive ones. Each kind of key has separate buckets, so that many keys of one kind don't
 * evict those of another. In a cluster, the wrong guesses on all nodes are also counted together,
 * so adding nodes doesn't allow more guesses.
 */
export class GuessThrottle<K extends string> {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<K, Rate>>;
  readonly #keysMax: number;
  readonly #shared: SharedGuesses | null;
  readonly #kinds = new Map<K, GuessBuckets>();

  /**
   * @param options.keysMax the maximum number of keys of one kind
   * @param options.shared the guesses of all nodes; null if there are no others
   */
  constructor(
    clock: Clock,
    rates: Readonly<Record<K, Rate>>,
    { keysMax = KEYS_MAX, shared = null }: Options = {},
  ) {
    this.#clock = clock;
    this.#rates = rates;
    this.#keysMax = keysMax;
    this.#shared = shared;
  }

  /** Whether a key has no token left. */
  async isUsedUp(key: GuessKey<K>): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    if (this.#buckets(key.kind).waitMs(key.key, nowMs) > 0) return true;
    return ((await this.#shared?.waitMs(this.#sharedKeys([key]), nowMs)) ?? 0) > 0;
  }

  /**
   * Resolves with the result of `check`. A guess whose check throws doesn't count.
   * @throws {DomainError} `rate_limited` after too many wrong guesses, or while too many are being
   *   checked
   */
  async guess(
    { bound, counted = [] }: GuessKeys<K>,
    check: () => Promise<boolean>,
  ): Promise<boolean> {
    const sharedWaitMs = await this.#shared?.waitMs(this.#sharedKeys(bound), this.#clock.nowMs());
    const nowMs = this.#clock.nowMs();
    const waitMs = Math.max(
      sharedWaitMs ?? 0,
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
      if (isWrong) await this.#shared?.add(this.#sharedKeys([...bound, ...counted]), nowMs);
    }
  }

  #sharedKeys(keys: readonly GuessKey<K>[]): SharedKey[] {
    return keys.map(({ kind, key }) => ({ key: `${kind} ${key}`, rate: this.#rates[kind] }));
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
    'Too many wrong passwords or codes. Wait a moment, then try again.',
    { retryAfterMs },
  );
}
