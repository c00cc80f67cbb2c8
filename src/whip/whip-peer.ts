import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';

/** A publisher without a socket. It learns of no event except that its connection closes. */
export class WhipPeer implements Peer {
  readonly id = `whip-${randomUUID()}`;
  /**
   * Always true, since requests from a client that has disconnected are still handled. If no media
   * arrives, the session then times out.
   */
  readonly connected = true;

  send(): void {
    // WHIP doesn't support notifications.
  }
}
