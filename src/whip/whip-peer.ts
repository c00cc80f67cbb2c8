import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';

/** A publisher without a socket: it notices events by its connection closing. */
export class WhipPeer implements Peer {
  readonly id = `whip-${randomUUID()}`;
  /** Its requests are answered also where it went away; then no media comes, and it is given up. */
  readonly connected = true;

  send(): void {
    // WHIP has no notifications.
  }
}
