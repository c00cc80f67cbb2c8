import type { AccessUnit } from '../codecs/access-unit.js';
import type { ArrivedPacket } from './rtp-packet.js';

/**
 * Extracts units from one stream's packets, which arrive in order ({@link ./reorder-buffer}). Never
 * throws.
 */
export interface Depacketizer<Unit = AccessUnit> {
  /** Output is blocked until the sender sends a key frame; request one. Never true for audio. */
  readonly needsKeyFrame: boolean;
  /** Processes a packet and returns the units that it completes. */
  push(packet: ArrivedPacket): Unit[];
  /**
   * Packets are missing before the next one. Discards the incomplete unit, and holds back video
   * until a provably complete key frame.
   */
  lost(): void;
}
