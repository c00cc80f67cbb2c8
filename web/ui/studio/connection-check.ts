import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Connection } from '../../client/connection.js';

/** How often the round trip is measured before going live, milliseconds. */
const INTERVAL_MS = 5_000;
const TRIES = 3;

/** Measures the way to the server while nothing is published that would tell. */
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

  /** There and back, milliseconds; null until measured and while there is no connection. */
  get roundTripMs(): ReadonlySignal<number | null> {
    return this.#roundTripMs;
  }

  get online(): boolean {
    return this.#connection.status.value === 'online';
  }

  async #measure(): Promise<void> {
    try {
      // The shortest of a few: what is longer waited for this page, not for the network.
      const tries: number[] = [];
      while (tries.length < TRIES) {
        const sentMs = performance.now();
        await this.#connection.request('clock:ping', {});
        tries.push(performance.now() - sentMs);
      }
      this.#roundTripMs.value = Math.min(...tries);
    } catch {
      // The connection went, which its status tells.
    }
  }
}
