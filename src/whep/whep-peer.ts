import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';

/** A viewer without a socket: what they could be told goes to {@link WhepEvents}, or they see it. */
export class WhepPeer implements Peer {
  /** Random: who has it may end the session. */
  readonly id = randomUUID();
  connected = true;

  send(): void {
    // There is nothing in WHEP to tell it by.
  }
}
