import { DomainError } from '../../common/domain-error.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { isConnectionLost } from '../../common/unavailable.js';
import type {
  ReactionChange,
  ReactionCount,
  ReactionRepository,
  ReactionResult,
} from '../messages/reaction.repository.js';

/** Reactions are gathered for so long: all of them are one transaction and one frame. */
const GATHER_MS = 200;
/** Reactions that wait; one more is refused. */
const WAITING_MAX = 5_000;
/** One transaction takes so many; the others wait for the next. */
const BATCH_MAX = 500;

type Waiting = {
  readonly change: ReactionChange;
  readonly done: PromiseWithResolvers<ReactionResult>;
};

/** Keeps reactions to messages, many to a transaction. */
export class ReactionWriter {
  /** `changed`: how often messages have emoji now, all of one transaction. */
  readonly events = new TypedEmitter<{ changed: [counts: readonly ReactionCount[]] }>();
  readonly #repository: Pick<ReactionRepository, 'change'>;
  /** By message, emoji and reactor: of two that wait the later counts. */
  #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;

  constructor(repository: Pick<ReactionRepository, 'change'>) {
    this.#repository = repository;
  }

  /**
   * Resolves when it is kept.
   * @throws {DomainError} `message_not_found`, `conflict`, `unavailable`
   */
  async write(change: ReactionChange): Promise<void> {
    const key = [change.channelId, change.seq, change.emoji, change.reactor].join(' ');
    const before = this.#waiting.get(key);
    if (!before && this.#waiting.size >= WAITING_MAX)
      throw new DomainError('unavailable', 'Too many reactions at once, try again.', {
        retryAfterMs: 1_000,
      });
    const done = before?.done ?? Promise.withResolvers<ReactionResult>();
    this.#waiting.set(key, { change, done });
    this.#timer ??= setTimeout(() => void this.#run(), GATHER_MS);
    const result = await done.promise;
    if (result === 'no_message')
      throw new DomainError('message_not_found', 'There is no such message.');
    if (result === 'full')
      throw new DomainError('conflict', 'This message has as many different emoji as it may.');
  }

  /** Writes what waits, and resolves when it is decided. */
  async close(): Promise<void> {
    await this.#run();
    clearTimeout(this.#timer);
    this.events.clear();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (this.#running) await this.#running;
    this.#running = this.#writeAll();
    await this.#running;
    this.#running = null;
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (let start = 0; start < all.length; start += BATCH_MAX)
      await this.#writeBatch(all.slice(start, start + BATCH_MAX));
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const { results, counts } = await this.#repository.change(batch.map(({ change }) => change));
      for (const [nth, { done }] of batch.entries()) done.resolve(results[nth] ?? 'no_message');
      this.events.emit('changed', counts);
    } catch (cause) {
      const error = isConnectionLost(cause)
        ? cause
        : new DomainError('unavailable', 'Reactions can’t be kept now, try again.', {
            cause,
            retryAfterMs: 2_000,
          });
      for (const { done } of batch) done.reject(error);
    }
  }
}
