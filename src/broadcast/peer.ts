import type { EventName, EventPayload } from '../protocol/events.js';

/** One connected client, as the domain sees it: somebody to tell things. */
export interface Peer {
  readonly id: string;
  /** False once it has left: what was being made for it must be undone. */
  readonly connected: boolean;
  send<N extends EventName>(name: N, payload: EventPayload<N>): void;
}
