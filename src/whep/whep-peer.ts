import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';

/**
 * A viewer without a socket. {@link WhepEvents} sends the events that players receive; all others
 * only affect the media.
 */
export class WhepPeer implements Peer {
  /** The id is random, because anyone who knows it can end the session. */
  readonly id = randomUUID();
  connected = true;

  send(): void {
    // WHEP itself doesn't support notifications.
  }
}
