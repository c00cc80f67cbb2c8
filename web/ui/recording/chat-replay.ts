import { signal } from '@preact/signals';
import type { ChatMessage, ChatPage } from '../../../src/protocol/chat.js';
import { RequestError } from '../../client/request-error.js';

/** The messages to load: the newest before a time, or the next after a `seq`. */
export type ReplayPart = { until: string } | { after: number };

/** The maximum number of messages shown; earlier ones are dropped. */
const SHOWN_MAX = 150;
/**
 * The maximum number of messages in memory, shown or upcoming. Beyond it, the oldest messages are
 * evicted.
 */
const RETAINED_MAX = 500;
/** The number of messages that must be loaded before a position, if that many exist. */
const CONTEXT = 50;
/** If there are fewer upcoming messages than this, more are loaded. */
const AHEAD_MIN = 40;
/** A position further beyond the loaded part than this is a jump, in ms. */
const JUMP_MS = 30_000;

/** The loaded part of the chat, without gaps. */
interface Loaded {
  /** The start of the period that the messages cover; `toMs` is its end. */
  fromMs: number;
  toMs: number;
  messages: readonly ChatMessage[];
  lastSeq: number;
  /** Whether more messages follow the last one. */
  more: boolean;
}

const sentMs = ({ sentAt }: ChatMessage): number => Date.parse(sentAt);

/**
 * A broadcast's chat, without deleted messages, at a position that advances and jumps. Pages are
 * loaded on demand, and the number of messages in memory is bounded.
 */
export class ChatReplay {
  /** The messages up to the position, in order. */
  readonly shown = signal<readonly ChatMessage[]>([]);
  readonly state = signal<'loading' | 'ready' | 'failed'>('loading');
  /**
   * Incremented by each jump beyond the loaded part. Responses to requests made before a jump are
   * ignored.
   */
  readonly jumps = signal(0);
  readonly #load: (part: ReplayPart) => Promise<ChatPage>;
  #loaded: Loaded | null = null;
  #wallMs = Number.NaN;
  #loading = false;

  /** @param load rejects with `RequestError` */
  constructor(load: (part: ReplayPart) => Promise<ChatPage>) {
    this.#load = load;
  }

  /**
   * Sets the position, which is a time during the broadcast, in ms since 1970 on the server's
   * clock.
   */
  advance(wallMs: number): void {
    this.#wallMs = wallMs;
    const loaded = this.#loaded;
    if (loaded === null ? !this.#loading && !this.#hasFailed : !covers(loaded, wallMs))
      return this.#jump();
    this.#show();
    if (loaded === null || this.#loading || this.#hasFailed || !loaded.more) return;
    const ahead = loaded.messages.filter((message) => sentMs(message) > wallMs).length;
    if (ahead < AHEAD_MIN) void this.#loadMore(loaded);
  }

  /** Retries a failed load. */
  retry(): void {
    this.#jump();
  }

  get #hasFailed(): boolean {
    return this.state.peek() === 'failed';
  }

  #jump(): void {
    this.jumps.value = this.jumps.peek() + 1;
    this.#loaded = null;
    this.#loading = false;
    this.shown.value = [];
    this.state.value = 'loading';
    const wallMs = Math.ceil(this.#wallMs);
    void this.#run({ until: new Date(wallMs + 1).toISOString() }, (page) => {
      const messages = page.messages.filter(isNotDeleted);
      return {
        messages,
        fromMs: page.more ? contextEnd(messages, wallMs) : Number.NEGATIVE_INFINITY,
        toMs: wallMs,
        lastSeq: page.messages.at(-1)?.seq ?? 0,
        // It isn't known yet whether later messages exist.
        more: true,
      };
    });
  }

  #loadMore({ lastSeq, messages: before, fromMs, toMs }: Loaded): Promise<void> {
    return this.#run({ after: lastSeq }, (page) => {
      const last = page.messages.at(-1);
      const messages = [...before, ...page.messages.filter(isNotDeleted)];
      const retained = messages.slice(-RETAINED_MAX);
      const isCut = retained.length < messages.length;
      return {
        messages: retained,
        fromMs: isCut ? contextEnd(retained, this.#wallMs) : fromMs,
        toMs: !page.more ? Number.POSITIVE_INFINITY : last ? sentMs(last) : toMs,
        lastSeq: last?.seq ?? lastSeq,
        more: page.more,
      };
    });
  }

  async #run(part: ReplayPart, take: (page: ChatPage) => Loaded): Promise<void> {
    const jumps = this.jumps.peek();
    this.#loading = true;
    try {
      const page = await this.#load(part);
      if (jumps !== this.jumps.peek()) return;
      this.#loaded = take(page);
      this.#loading = false;
      this.state.value = 'ready';
      this.advance(this.#wallMs);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (jumps !== this.jumps.peek()) return;
      this.#loading = false;
      this.state.value = 'failed';
    }
  }

  #show(): void {
    const messages = this.#loaded?.messages ?? [];
    const shown = messages.filter((each) => sentMs(each) <= this.#wallMs).slice(-SHOWN_MAX);
    const before = this.shown.peek();
    const isSame = shown.length === before.length && shown.at(-1)?.seq === before.at(-1)?.seq;
    if (!isSame) this.shown.value = shown;
  }
}

const isNotDeleted = ({ deleted }: ChatMessage): boolean => !deleted;

function covers({ fromMs, toMs }: Loaded, wallMs: number): boolean {
  return wallMs >= fromMs && wallMs <= toMs + JUMP_MS;
}

/** Returns the earliest time before which enough messages are loaded. */
function contextEnd(messages: readonly ChatMessage[], wallMs: number): number {
  const message = messages[CONTEXT] ?? messages.at(-1);
  return message ? Math.min(wallMs, sentMs(message)) : wallMs;
}
