import { DomainError } from '../../common/domain-error.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { isConnectionLost } from '../../common/unavailable.js';
import type {
  ChangedCounts,
  ReactionChange,
  ReactionRepository,
  ReactionResult,
} from '../messages/reaction.repository.js';

/** How long reactions are collected for one transaction and one frame. */
const GATHER_MS = 200;
/** The maximum number of waiting changes; further ones are refused. */
const WAITING_MAX = 5_000;
/** The maximum number of changes per transaction; the rest wait for the next transaction. */
const BATCH_MAX = 500;

type Waiting = {
  readonly change: ReactionChange;
  readonly done: PromiseWithResolvers<ReactionResult>;
};

/** Stores reactions to messages in batches. */
export class ReactionWriter {
  readonly #emitter = new TypedEmitter<{ changed: [counts: ChangedCounts] }>();
  /** `changed`: a transaction changed these counts in one channel. */
  readonly events = this.#emitter.listenable;
  readonly #repository: Pick<ReactionRepository, 'change'>;
  /**
   * The waiting changes by message, emoji and reactor. A later change replaces one that is waiting.
   */
  #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;

  constructor(repository: Pick<ReactionRepository, 'change'>) {
    this.#repository = repository;
  }

  /**
   * Resolves when the change is committed.
   * @throws {DomainError} `message_not_found`, `conflict`, `unavailable`
   */
  async write(change: ReactionChange): Promise<void> {
    const key = [change.channelId, change.seq, change.emoji, change.reactor].join(' ');
    const before = this.#waiting.get(key);
    if (!before && this.#waiting.size >= WAITING_MAX)
      throw new DomainError('unavailable', 'Too many reactions at once. Try again.', {
        retryAfterMs: 1_000,
      });
    const done = before?.done ?? Promise.withResolvers<ReactionResult>();
    this.#waiting.set(key, { change, done });
    this.#timer ??= setTimeout(() => void this.#run(), GATHER_MS);
    const result = await done.promise;
    if (result === 'no_message') throw new DomainError('message_not_found', 'Message not found.');
    if (result === 'full')
      throw new DomainError('conflict', 'This message has reached its limit of different emoji.');
  }

  /** Stores the waiting changes, and resolves when all of them are settled. */
  async close(): Promise<void> {
    await this.#run();
    clearTimeout(this.#timer);
    this.#emitter.clear();
  }

  /** Stores the waiting changes batch by batch. Never rejects. */
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
      const { results, changed } = await this.#repository.change(batch.map(({ change }) => change));
      for (const [nth, { done }] of batch.entries()) done.resolve(results[nth] ?? 'no_message');
      for (const counts of changed) this.#emitter.emit('changed', counts);
    } catch (cause) {
      const error = isConnectionLost(cause)
        ? cause
        : new DomainError('unavailable', 'Reactions can’t be stored right now. Try again.', {
            cause,
            retryAfterMs: 2_000,
          });
      for (const { done } of batch) done.reject(error);
    }
  }
}
