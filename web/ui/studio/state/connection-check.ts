import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Connection } from '../../../client/connection.js';

/** The interval between round-trip measurements, in milliseconds. */
const INTERVAL_MS = 5_000;
const TRIES = 3;

/**
 * Measures the connection to the server while nothing is published, because there is no media then
 * from which to determine its quality.
 */
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

  /** The round-trip time in milliseconds; null until it is measured, and while disconnected. */
  get roundTripMs(): ReadonlySignal<number | null> {
    return this.#roundTripMs;
  }

  get online(): boolean {
    return this.#connection.status.value === 'online';
  }

  async #measure(): Promise<void> {
    try {
      // The shortest of several round trips is used, because this page, not the network, delayed
      // the longer ones.
      const tries: number[] = [];
      while (tries.length < TRIES) {
        const sentMs = performance.now();
        await this.#connection.request('clock:ping', {});
        tries.push(performance.now() - sentMs);
      }
      this.#roundTripMs.value = Math.min(...tries);
    } catch {
      // The connection broke, which is shown by its status.
    }
  }
}
