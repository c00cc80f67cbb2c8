import type { CodecConfig } from './codec-config.js';
import { equalBytes } from './equal-bytes.js';

/** Whether a decoder can continue without a new initialization section. */
export function sameConfig(a: CodecConfig, b: CodecConfig): boolean {
  return a === b || (a.codecs === b.codecs && equalBytes(a.record, b.record) && sameShape(a, b));
}

function sameShape(a: CodecConfig, b: CodecConfig): boolean {
  if (a.kind === 'video' && b.kind === 'video') return a.width === b.width && a.height === b.height;
  return (
    a.kind === 'audio' &&
    b.kind === 'audio' &&
    a.sampleRate === b.sampleRate &&
    a.channels === b.channels
  );
}
