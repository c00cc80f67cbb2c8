import type { EventName, EventPayload } from '../protocol/events.js';

/** A connected client. To the domain, it is a recipient of events. */
export interface Peer {
  readonly id: string;
  /**
   * False after the peer has disconnected. Whatever is being created for it at that moment must be
   * closed.
   */
  readonly connected: boolean;
  send<N extends EventName>(name: N, payload: EventPayload<N>): void;
}
