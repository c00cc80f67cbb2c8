import type { SendProgress } from './publication.js';

/** The maximum number of marks; reached only if the connection is about to be closed. */
const MARKS_MAX = 2_000;
const RATE_WINDOW_MS = 5_000;

type Mark = Readonly<{ bytes: number; timeMs: number }>;

/** Measures how much media is waiting to be sent on a connection, and the connection's bit rate. */
export class Backlog {
  readonly #progress: () => SendProgress;
  /** The end of each waiting message, in bytes since the start, with its media time. */
  readonly #marks: Mark[] = [];
  readonly #history: { sent: number; atMs: number }[] = [];
  #sent = 0;
  #progressedMs: number;

  constructor(progress: () => SendProgress, nowMs: number) {
    this.#progress = progress;
    this.#progressedMs = nowMs;
  }

  /** Records that the data written so far ends at this media time. */
  mark(timeMs: number): void {
    if (this.#marks.length < MARKS_MAX)
      this.#marks.push({ bytes: this.#progress().written, timeMs });
  }

  /** The duration of the media waiting to be sent, in milliseconds. */
  get waitingMs(): number {
    const { written, waiting } = this.#progress();
    const gone = written - waiting;
    while (this.#marks.length > 0 && (this.#marks[0]?.bytes ?? 0) <= gone) this.#marks.shift();
    const [oldest] = this.#marks;
    return (this.#marks.at(-1)?.timeMs ?? 0) - (oldest?.timeMs ?? 0);
  }

  /**
   * Must be called about once a second. Returns the number of milliseconds for which nothing could
   * be sent.
   */
  check(nowMs: number): number {
    const { written, waiting, dropped } = this.#progress();
    const sent = written - waiting - dropped;
    if (sent > this.#sent || waiting === 0) this.#progressedMs = nowMs;
    this.#sent = sent;
    this.#history.push({ sent, atMs: nowMs });
    while ((this.#history[0]?.atMs ?? nowMs) < nowMs - RATE_WINDOW_MS) this.#history.shift();
    return nowMs - this.#progressedMs;
  }

  /** The bit rate over the last five seconds, in bits per second. */
  get bitrateBps(): number {
    const [oldest] = this.#history;
    const newest = this.#history.at(-1);
    if (!oldest || !newest || newest.atMs <= oldest.atMs) return 0;
    const sent = Math.max(0, newest.sent - oldest.sent);
    return Math.round((sent * 8_000) / (newest.atMs - oldest.atMs));
  }
}
