import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Connection } from '../../../client/connection.js';

/** How often the round trip is measured before going live, in milliseconds. */
const INTERVAL_MS = 5_000;
const TRIES = 3;

/** Measures the connection to the server while nothing is published that would show it. */
export class ConnectionCheck {
  readonly #connection: Connection;
  readonly #roundTripMs = signal<number | null>(null);

  constructor(connection: Connection) {
    this.#connection = connection;
    effect(() => {
      if (connection.status.value !== 'online') {
        this.#roundTripMs.value = null;
        return undefined;
      }
      void this.#measure();
      const timer = setInterval(() => void this.#measure(), INTERVAL_MS);
      return () => clearInterval(timer);
    });
  }

  /** The round-trip time in milliseconds; null until measured and while disconnected. */
  get roundTripMs(): ReadonlySignal<number | null> {
    return this.#roundTripMs;
  }

  get online(): boolean {
    return this.#connection.status.value === 'online';
  }

  async #measure(): Promise<void> {
    try {
      // Take the shortest of several: longer ones waited for this page, not the network.
      const tries: number[] = [];
      while (tries.length < TRIES) {
        const sentMs = performance.now();
        await this.#connection.request('clock:ping', {});
        tries.push(performance.now() - sentMs);
      }
      this.#roundTripMs.value = Math.min(...tries);
    } catch {
      // The connection broke, which its status shows.
    }
  }
}
