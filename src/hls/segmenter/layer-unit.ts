import { AUDIO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { opusDurationTicks } from '../../media/rtp/opus-depacketizer.js';
import type { ArrivedUnit } from '../timeline/track-clock.js';

/** A unit and its layer. */
export type LayerUnit = Readonly<{ layer: number; unit: AccessUnit }>;

/** When a unit was captured. */
export type Timing = Readonly<{
  /** By the publisher's clock, in ticks of its track since 1970. */
  captureTicks: number;
  /** Whether units of its layer were dropped before it. */
  afterLoss: boolean;
}>;

/**
 * Returns the properties of a unit that its track's clock needs; a sound packet is sent only after
 * its last sample.
 */
export function arrivalOf({ layer, unit }: LayerUnit): ArrivedUnit {
  const { rtpTime, keyFrame, config, data, arrivedMs } = unit;
  const ticks = config.kind === 'audio' ? (opusDurationTicks(data) ?? 0) : 0;
  return { layer, rtpTime, keyFrame, arrivedMs: arrivedMs - (ticks * 1_000) / AUDIO_TIMESCALE };
}
