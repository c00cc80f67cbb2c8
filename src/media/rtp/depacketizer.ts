import type { AccessUnit } from '../codecs/access-unit.js';
import type { ArrivedPacket } from './rtp-packet.js';

/**
 * Extracts units from one stream's packets, which must be in order (see {@link ./reorder-buffer}).
 * Never throws.
 */
export interface Depacketizer<Unit = AccessUnit> {
  /**
   * Whether there is no output until the sender sends a key frame. If so, a key frame should be
   * requested. Never true for audio.
   */
  readonly needsKeyFrame: boolean;
  /** Processes a packet and returns the units that it completes. */
  push(packet: ArrivedPacket): Unit[];
  /**
   * Records that packets before the next one are missing. Discards the incomplete unit, and
   * withholds video until a key frame that is certain to be complete.
   */
  lost(): void;
}
