import type { AccessUnit } from './access-unit.js';
import type { ArrivedPacket } from '../../rtp/rtp-packet.js';

/** Takes units out of one stream's packets, which come in order ({@link ../../rtp/reorder-buffer}). Never throws. */
export interface Depacketizer<Unit = AccessUnit> {
  /** Nothing comes out before the sender sends a key frame; ask for one. Never true for sound. */
  readonly needsKeyFrame: boolean;
  /** Takes a packet; gives the units that it ends. */
  push(packet: ArrivedPacket): Unit[];
  /**
   * Packets are missing before the next one. What was being put together is thrown away, and video is held
   * back until a key frame that is known to be whole.
   */
  lost(): void;
}
