import { signal } from '@preact/signals';
import type { ChatMessage, ChatPage } from '../../../src/protocol/chat.js';
import { RequestError } from '../../client/request-error.js';

/** Which messages of a broadcast: the newest before a time, or those after one of them. */
export type ReplayPart = { until: string } | { after: number };

/** So many are drawn; what was written before scrolls out. */
const SHOWN_MAX = 150;
/** So many are kept, drawn or to come: at the bound the oldest go. */
const KEPT_MAX = 500;
/** So many before a position are there when one goes back to it, as far as there are any. */
const CONTEXT = 50;
/** With fewer left to come, more are loaded. */
const AHEAD_MIN = 40;
/** Farther beyond what is loaded is a jump, not playing on, milliseconds. */
const JUMP_MS = 30_000;

/** What is loaded: a stretch of the chat without gaps. */
interface Loaded {
  /** Times from here to there are covered. */
  fromMs: number;
  toMs: number;
  messages: readonly ChatMessage[];
  lastSeq: number;
  /** There are more after the last. */
  more: boolean;
}

const sentMs = ({ sentAt }: ChatMessage): number => Date.parse(sentAt);

/**
 * The chat of a broadcast as it was at a time that goes on, and jumps. What moderators deleted is not in it.
 * Loads page by page, as far as it is needed, and keeps a bounded part.
 */
export class ChatReplay {
  /** What was written up to now, in order. */
  readonly shown = signal<readonly ChatMessage[]>([]);
  readonly state = signal<'loading' | 'ready' | 'failed'>('loading');
  /** Raised with each jump to what was not loaded: what was asked for before is not waited for any more. */
  readonly jumps = signal(0);
  readonly #load: (part: ReplayPart) => Promise<ChatPage>;
  #loaded: Loaded | null = null;
  #wallMs = Number.NaN;
  #loading = false;

  /** @param load rejects with `RequestError` */
  constructor(load: (part: ReplayPart) => Promise<ChatPage>) {
    this.#load = load;
  }

  /** It is now this time of the broadcast, on the server's clock, milliseconds since 1970. */
  advance(wallMs: number): void {
    this.#wallMs = wallMs;
    const loaded = this.#loaded;
    if (loaded === null ? !this.#loading && !this.#hasFailed : !covers(loaded, wallMs))
      return this.#jump();
    this.#show();
    if (loaded === null || this.#loading || this.#hasFailed || !loaded.more) return;
    const ahead = loaded.messages.filter((message) => sentMs(message) > wallMs).length;
    if (ahead < AHEAD_MIN) void this.#goOn(loaded);
  }

  /** Loads again what could not be loaded. */
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
      const messages = page.messages.filter(isThere);
      return {
        messages,
        fromMs: page.more ? contextEnd(messages, wallMs) : Number.NEGATIVE_INFINITY,
        toMs: wallMs,
        lastSeq: page.messages.at(-1)?.seq ?? 0,
        // Nothing is known yet of what came after.
        more: true,
      };
    });
  }

  #goOn({ lastSeq, messages: before, fromMs, toMs }: Loaded): Promise<void> {
    return this.#run({ after: lastSeq }, (page) => {
      const last = page.messages.at(-1);
      const messages = [...before, ...page.messages.filter(isThere)];
      const kept = messages.slice(-KEPT_MAX);
      const isCut = kept.length < messages.length;
      return {
        messages: kept,
        fromMs: isCut ? contextEnd(kept, this.#wallMs) : fromMs,
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

const isThere = ({ deleted }: ChatMessage): boolean => !deleted;

function covers({ fromMs, toMs }: Loaded, wallMs: number): boolean {
  return wallMs >= fromMs && wallMs <= toMs + JUMP_MS;
}

/** From where on some messages stand before what is new. */
function contextEnd(messages: readonly ChatMessage[], wallMs: number): number {
  const message = messages[CONTEXT] ?? messages.at(-1);
  return message ? Math.min(wallMs, sentMs(message)) : wallMs;
}
