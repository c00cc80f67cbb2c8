import type { AudioConfig } from '../codecs/codec-config.js';
import type { AccessUnit } from '../codecs/access-unit.js';
import type { Depacketizer } from './depacketizer.js';
import type { ArrivedPacket } from './rtp-packet.js';

/**
 * Packets of 20, 10, 5 and 2.5 ms of silence. Each is a full-band CELT frame that contains only the
 * silence flag (RFC 6716 4.3).
 */
export const SILENCES: readonly Readonly<{ data: Uint8Array; ticks: number }>[] = [
  { data: Uint8Array.of(0xf8, 0xff, 0xfe), ticks: 960 },
  { data: Uint8Array.of(0xf0, 0xff, 0xfe), ticks: 480 },
  { data: Uint8Array.of(0xe8, 0xff, 0xfe), ticks: 240 },
  { data: Uint8Array.of(0xe0, 0xff, 0xfe), ticks: 120 },
];

/**
 * Opus is always signaled as 48 kHz and two channels (RFC 7587 4.1, 7). The body is `dOps` of
 * "Encapsulation of Opus in ISO Base Media File Format" 4.3.2, with a PreSkip of 0. PreSkip is the
 * length to discard from the beginning of a stream, but players join a live stream anywhere. With
 * the 6.5 ms (312 samples) that encoders state, players that honor PreSkip would cut or shift the
 * audio wherever they start decoding.
 */
export const OPUS_CONFIG: AudioConfig = {
  kind: 'audio',
  codec: 'opus',
  codecs: 'opus',
  sampleRate: 48_000,
  channels: 2,
  record: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
};

/** Ticks at 48 kHz per frame, by TOC configuration (RFC 6716 table 2). */
const SILK_TICKS = [480, 960, 1920, 2880];
const HYBRID_TICKS = [480, 960];
const CELT_TICKS = [120, 240, 480, 960];
const MAX_TICKS = 5760;

/**
 * Returns the duration of an Opus packet in ticks at 48 kHz (RFC 6716 3.1, 3.2), at most 5,760 (120
 * ms); null if the packet is invalid.
 */
export function opusDurationTicks(packet: Uint8Array): number | null {
  const [toc, second] = packet;
  if (toc === undefined) return null;
  const ticks = frameTicks(toc >> 3) * frameCount(toc & 3, second);
  return ticks > 0 && ticks <= MAX_TICKS ? ticks : null;
}

function frameTicks(configuration: number): number {
  if (configuration < 12) return SILK_TICKS[configuration & 3] ?? 0;
  if (configuration < 16) return HYBRID_TICKS[configuration & 1] ?? 0;
  return CELT_TICKS[configuration & 3] ?? 0;
}

/**
 * RFC 6716 3.2: the code determines the number of frames; with code 3, the second byte contains it.
 */
function frameCount(code: number, second: number | undefined): number {
  if (code === 0) return 1;
  return code === 3 ? (second ?? 0) & 0x3f : 2;
}

/** Opus in RTP (RFC 7587). Each packet is a unit. A lost packet leaves only a gap in RTP time. */
export class OpusDepacketizer implements Depacketizer {
  readonly needsKeyFrame = false;

  push({ rtpTime, payload, arrivedMs }: ArrivedPacket): AccessUnit[] {
    if (opusDurationTicks(payload) === null) return [];
    return [{ rtpTime, keyFrame: true, data: payload, config: OPUS_CONFIG, arrivedMs }];
  }

  lost(): void {}
}
