import type { IngestView } from '../../src/protocol/ingest.js';

const LIST = new Intl.ListFormat('en');

/** Returns a sentence about how the server transcodes an encoder's video; null if it doesn't. */
export function transcodingText({
  transcoded,
  transcodedForWebRtc,
}: Pick<IngestView, 'transcoded' | 'transcodedForWebRtc'>): string | null {
  const sizes = transcoded.length === 0 ? null : `Transcoding to ${LIST.format(transcoded)}`;
  if (!transcodedForWebRtc) return sizes;
  return sizes === null
    ? 'Transcoding for WebRTC to remove B-frames'
    : `${sizes}, and for WebRTC to remove B-frames`;
}
