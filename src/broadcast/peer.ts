import type { EventName, EventPayload } from '../protocol/events.js';

/** A connected client, which the domain sees as a recipient of events. */
export interface Peer {
  readonly id: string;
  /**
   * False after the peer has disconnected. Anything that is being created for the peer must then be
   * closed again.
   */
  readonly connected: boolean;
  send<N extends EventName>(name: N, payload: EventPayload<N>): void;
}
