import { AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';
import { silentAacFrame } from '../../media/codecs/aac-silence.js';
import { AUDIO_TIMESCALE, type AudioConfig } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import { opusDurationTicks, SILENCES } from '../../media/rtp/opus-depacketizer.js';

/** How the packets or frames of a codec are placed in time. Ticks are samples of the audio. */
export type AudioFraming = Readonly<{
  /** Samples of silence, longest first. */
  silences: readonly Sample[];
  /** What is added to a gap before it is rounded down to silences. */
  roundingTicks: number;
  /** A packet that deviates by more from its place is corrected at once. */
  jumpTicks: number;
  /** A larger deviation that lasts for {@link lastingTicks} is corrected. */
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

/** Times in FLV are rounded to milliseconds, so a deviation of half a frame may seem larger. */
const ROUNDING_S = 0.003;

/** Returns how audio of this configuration is placed. */
export function audioFramingOf(config: AudioConfig): AudioFraming {
  if (config.codec === 'opus') return OPUS_FRAMING;
  const data = silentAacFrame(config.record);
  return {
    silences: [{ data, durationTicks: AAC_FRAME_TICKS, keyFrame: true }],
    roundingTicks: AAC_FRAME_TICKS / 2,
    jumpTicks: AAC_FRAME_TICKS,
    // A smaller deviation can't be corrected, because a player counts whole frames.
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
