import type { EventName, EventPayload } from '../protocol/events.js';

/** A connected client as the domain sees it: a recipient of events. */
export interface Peer {
  readonly id: string;
  /** False once it has disconnected; undo whatever was being created for it. */
  readonly connected: boolean;
  send<N extends EventName>(name: N, payload: EventPayload<N>): void;
}
