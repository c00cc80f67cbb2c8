import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { Connection } from './connection.js';

const SAMPLES = 4;
const INTERVAL_MS = 30_000;

/** The times of one exchange with the server, in milliseconds. */
export type ClockSample = { sentMs: number; serverMs: number; receivedMs: number };

/**
 * Returns the offset that must be added to this machine's time to get the server's time. The
 * exchange with the shortest round trip has the smallest error: at most half its round trip
 * (Cristian's algorithm).
 */
export function clockOffset(samples: readonly ClockSample[]): number | null {
  const best = samples.toSorted((a, b) => a.receivedMs - a.sentMs - (b.receivedMs - b.sentMs))[0];
  return best ? best.serverMs - (best.sentMs + best.receivedMs) / 2 : null;
}

/** Tracks the server's time with a few pings after each connect and every half minute. */
export class ServerClock {
  readonly #connection: Connection;
  readonly #offsetMs = signal<number | null>(null);
  readonly #off: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #measuring = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#off = connection.onOnline(() => void this.#measure());
    this.#timer = setInterval(() => void this.#measure(), INTERVAL_MS);
  }

  /**
   * The offset in milliseconds that must be added to `Date.now()` to get the server's time; null
   * until it is measured.
   */
  get offsetMs(): ReadonlySignal<number | null> {
    return this.#offsetMs;
  }

  /**
   * Returns the server's current time in milliseconds since 1970; null until the offset is
   * measured.
   */
  now(): number | null {
    const offset = this.#offsetMs.peek();
    return offset === null ? null : Date.now() + offset;
  }

  close(): void {
    this.#off();
    clearInterval(this.#timer);
  }

  async #measure(): Promise<void> {
    if (this.#measuring || this.#connection.status.peek() !== 'online') return;
    this.#measuring = true;
    try {
      const samples: ClockSample[] = [];
      while (samples.length < SAMPLES) {
        const sentMs = Date.now();
        const { serverMs } = await this.#connection.request('clock:ping', {});
        samples.push({ sentMs, serverMs, receivedMs: Date.now() });
      }
      this.#offsetMs.value = clockOffset(samples);
    } catch {
      // The connection broke. The last offset remains valid until it is measured on the next
      // connection.
    } finally {
      this.#measuring = false;
    }
  }
}
