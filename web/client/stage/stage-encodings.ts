import type { StageSource } from '../../../src/protocol/stage.js';
import { type Encoding, encodingsFor, type PictureSize } from '../encodings.js';
import type { Entry } from './presence.js';

/**
 * The height in pixels at which guests receive the host's camera. They see the programme as well.
 */
const HOST_HEIGHT = 360;

/**
 * Returns the simulcast layers in which a participant sends video, lowest first. A guest's camera
 * has several, and the host receives the one that fits the tile in the programme. The host's camera
 * has one small layer, because the host's machine also encodes the programme. Screens have one
 * layer at full size, because text is unreadable in smaller ones.
 */
export function stageEncodings(
  source: Extract<StageSource, 'camera' | 'screen'>,
  role: Entry['role'],
  size: PictureSize,
): Encoding[] {
  if (source === 'camera' && role === 'guest') return encodingsFor(size);
  const scale = source === 'camera' ? Math.max(1, size.height / HOST_HEIGHT) : 1;
  const scaled = { ...size, width: size.width / scale, height: size.height / scale };
  const full = encodingsFor(scaled).at(-1);
  return full ? [{ ...full, rid: 'r0', scaleResolutionDownBy: scale }] : [];
}
