import { AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';
import { silentAacFrame } from '../../media/codecs/aac-silence.js';
import { AUDIO_TIMESCALE, type AudioConfig } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import { opusDurationTicks, SILENCES } from '../../media/rtp/opus-depacketizer.js';

/** How the packets or frames of a codec are placed in time. Ticks are samples of the audio. */
export type AudioFraming = Readonly<{
  /** Silent samples, longest first. */
  silences: readonly Sample[];
  /** The amount added to a gap before it is rounded down to whole silences. */
  roundingTicks: number;
  /** A packet that deviates from its place by more than this is corrected at once. */
  jumpTicks: number;
  /** A deviation larger than this is corrected once it has lasted for {@link lastingTicks}. */
  offTicks: number;
  lastingTicks: number;
  /** Whether the first packet may be captured before the start, and is then played late. */
  mayBeginLate: boolean;
}>;

const OPUS_TICKS_PER_MS = AUDIO_TIMESCALE / 1_000;

const OPUS_FRAMING: AudioFraming = {
  silences: SILENCES.map(({ data, ticks }) => ({ data, durationTicks: ticks, keyFrame: true })),
  roundingTicks: 0,
  jumpTicks: 20 * OPUS_TICKS_PER_MS,
  offTicks: 8 * OPUS_TICKS_PER_MS,
  lastingTicks: 1_000 * OPUS_TICKS_PER_MS,
  mayBeginLate: true,
};

/**
 * FLV times are rounded to milliseconds, so a deviation of half a frame may seem larger by this
 * much.
 */
const ROUNDING_S = 0.003;

/** Returns the framing for audio with this configuration. */
export function audioFramingOf(config: AudioConfig): AudioFraming {
  if (config.codec === 'opus') return OPUS_FRAMING;
  const data = silentAacFrame(config.record);
  return {
    silences: [{ data, durationTicks: AAC_FRAME_TICKS, keyFrame: true }],
    roundingTicks: AAC_FRAME_TICKS / 2,
    jumpTicks: AAC_FRAME_TICKS,
    // A smaller deviation can't be corrected, because players count whole frames.
    offTicks: Math.ceil(AAC_FRAME_TICKS / 2 + ROUNDING_S * config.sampleRate),
    lastingTicks: config.sampleRate,
    mayBeginLate: false,
  };
}

/** Returns the duration of a packet or frame, in samples; null if it is invalid. */
export function audioDurationTicks({ codec }: AudioConfig, data: Uint8Array): number | null {
  if (codec === 'opus') return opusDurationTicks(data);
  return data.length === 0 ? null : AAC_FRAME_TICKS;
}
