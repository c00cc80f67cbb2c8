import { DomainError } from '../../common/domain-error.js';
import type { Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { isConnectionLost } from '../../common/unavailable.js';
import { authorKey, type NewMessage, type StoredMessage } from './chat-message.js';

/** Stores messages; see {@link ChatRepository.store} for its guarantees. */
type Store = (messages: readonly NewMessage[], sentAt: Date) => Promise<StoredMessage[]>;

type Options = Readonly<{ store: Store; nowMs: () => number; log: Log }>;

type Waiting = {
  readonly message: NewMessage;
  readonly stored: PromiseWithResolvers<StoredMessage>;
};

/** How long the first message waits for others that can be stored in the same commit. */
const GATHER_MS = 3;
/** The maximum number of messages per commit; the rest wait for the next commit. */
const BATCH_MAX = 500;
/** The maximum number of messages waiting for a commit; further ones are refused. */
const WAITING_MAX = 5_000;
/**
 * If storing a message takes longer than this, the sender is asked to retry. The nonce prevents
 * duplicates.
 */
const COMMIT_TIMEOUT_MS = 8_000;

/**
 * Stores the messages of all channels in batches, so that under load the database executes only a
 * few large statements per second. Commits run one at a time, in order of arrival.
 */
export class ChatWriter {
  readonly #emitter = new TypedEmitter<{
    committed: [channelId: string, messages: readonly StoredMessage[]];
    stored: [messages: number];
  }>();
  /**
   * `committed`: these messages of one channel were committed together; they are in order of seq.
   * `stored`: a commit of this number of messages is complete.
   */
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  /**
   * The waiting messages by channel and nonce, in order of arrival. A message remains here until
   * its commit succeeds or fails.
   */
  readonly #waiting = new Map<string, Waiting>();
  #state: { name: 'idle' } | { name: 'gathering'; timer: NodeJS.Timeout } | { name: 'committing' } =
    { name: 'idle' };

  constructor(options: Options) {
    this.#options = options;
  }

  /** The number of uncommitted messages. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when the message is committed, with its original seq if this nonce was stored before.
   * @throws {DomainError} `unavailable` if too many messages are waiting, or if storing fails. The
   *   message may have been stored anyway, and it is safe to repeat it with the same nonce.
   *   `bad_request` for a nonce that belongs to another sender. `channel_not_found` if the channel
   *   no longer exists.
   */
  async write(message: NewMessage): Promise<StoredMessage> {
    const key = keyOf(message);
    let waiting = this.#waiting.get(key);
    if (!waiting) {
      if (this.#waiting.size >= WAITING_MAX) throw tooBusy();
      waiting = { message, stored: Promise.withResolvers<StoredMessage>() };
      // If the caller has stopped waiting, nothing else handles a rejection.
      waiting.stored.promise.catch(() => undefined);
      this.#waiting.set(key, waiting);
      this.#gather();
    }
    const stored = await withTimeout(waiting.stored.promise);
    if (authorKey(stored) !== authorKey(message))
      throw new DomainError('bad_request', 'This nonce belongs to another message.');
    return stored;
  }

  /** Commits all waiting messages and resolves when done. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#waiting.values()].map(({ stored }) => stored.promise));
    if (this.#state.name === 'gathering') clearTimeout(this.#state.timer);
    this.#emitter.clear();
  }

  #gather(): void {
    if (this.#state.name !== 'idle') return;
    this.#state = { name: 'gathering', timer: setTimeout(() => void this.#run(), GATHER_MS) };
  }

  async #run(): Promise<void> {
    this.#state = { name: 'committing' };
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, BATCH_MAX);
      await this.#commit(batch);
      for (const { message } of batch) this.#waiting.delete(keyOf(message));
    }
    this.#state = { name: 'idle' };
  }

  /** Settles every message of a batch; never rejects. */
  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { store, nowMs, log } = this.#options;
    const messages = batch.map(({ message }) => message);
    const result = await store(messages, new Date(nowMs())).then(
      (stored) => ({ stored }),
      (error: unknown) => ({ error }),
    );
    if ('stored' in result) return this.#settle(batch, result.stored);
    const { error } = result;
    // A message that the database rejects must not make the others fail.
    if (batch.length > 1 && !isConnectionLost(error))
      return void (await Promise.all(batch.map((waiting) => this.#commit([waiting]))));
    log.warn({ err: error, messages: batch.length }, 'chat messages could not be stored');
    for (const { stored } of batch)
      stored.reject(isConnectionLost(error) ? notStored(error) : error);
  }

  #settle(batch: readonly Waiting[], stored: readonly StoredMessage[]): void {
    const byKey = new Map(stored.map((message) => [keyOf(message), message]));
    for (const waiting of batch) {
      const message = byKey.get(keyOf(waiting.message));
      if (message) waiting.stored.resolve(message);
      else
        waiting.stored.reject(
          new DomainError('channel_not_found', 'This channel no longer exists.'),
        );
    }
    // The event is emitted before the senders get their results, because these arrive in a later
    // microtask. Repeated messages are emitted again, because the database connection may have been
    // lost before they were emitted the first time.
    for (const [channelId, messages] of Map.groupBy(stored, (message) => message.channelId)) {
      const inOrder = messages.toSorted((a, b) => a.seq - b.seq);
      this.#emitter.emit('committed', channelId, inOrder);
    }
    this.#emitter.emit('stored', stored.length);
  }
}

const keyOf = ({ channelId, nonce }: Pick<NewMessage, 'channelId' | 'nonce'>) =>
  `${channelId} ${nonce}`;

async function withTimeout(stored: Promise<StoredMessage>): Promise<StoredMessage> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(notStored()), COMMIT_TIMEOUT_MS);
  try {
    return await Promise.race([stored, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooBusy(): DomainError {
  return new DomainError('unavailable', 'Too many messages at once. Try again.', {
    retryAfterMs: 1_000,
  });
}

function notStored(cause?: unknown): DomainError {
  return new DomainError('unavailable', 'Messages can’t be stored right now. Try again.', {
    cause,
    retryAfterMs: 2_000,
  });
}
