import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';
import type { EventName, EventPayload } from '../protocol/events.js';

/** A publisher whose connection can't carry the protocol's events. */
export class ProgramPeer implements Peer {
  readonly id = `program-${randomUUID()}`;
  readonly #onClosed: () => void;
  #connected = true;

  /** @param onClosed called when another publisher takes over or the broadcast ends */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Reports that the connection is lost. */
  disconnect(): void {
    this.#connected = false;
  }

  send<N extends EventName>(name: N, _payload: EventPayload<N>): void {
    if (name === 'publisher:closed') this.#onClosed();
  }
}
