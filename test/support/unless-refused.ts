import { RtmpError } from '../../src/media/rtmp/rtmp-error.js';

/**
 * Runs a parser on hostile bytes. Returns null if the parser rejects them; any other error is a
 * defect.
 */
export function unlessRefused<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RtmpError) return null;
    throw error;
  }
}
