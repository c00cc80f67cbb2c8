import { randomUUID } from 'node:crypto';
import type { Peer } from '../broadcast/peer.js';

/** A viewer without a socket: notifications go to {@link WhepEvents}, or show in the media. */
export class WhepPeer implements Peer {
  /** Random: whoever has it can end the session. */
  readonly id = randomUUID();
  connected = true;

  send(): void {
    // There is nothing in WHEP to tell it by.
  }
}
