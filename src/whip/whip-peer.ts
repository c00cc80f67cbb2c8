import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';

/** A publisher without a socket. The only event that it notices is that its connection closes. */
export class WhipPeer implements Peer {
  readonly id = `whip-${randomUUID()}`;
  /**
   * Always true, because requests from a client that has disconnected are still handled. If no
   * media arrives, the session then times out.
   */
  readonly connected = true;

  send(): void {
    // WHIP doesn't support notifications.
  }
}
