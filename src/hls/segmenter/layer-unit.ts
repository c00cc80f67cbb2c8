import { timescaleOf } from '../../media/codecs/codec-config.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { audioDurationTicks } from '../timeline/audio-framing.js';
import type { ArrivedUnit } from '../timeline/track-clock.js';

/** A unit and its layer. */
export type LayerUnit = Readonly<{ layer: number; unit: AccessUnit }>;

/** The capture time of a unit. */
export type Timing = Readonly<{
  /** On the publisher's clock, in ticks of the track since 1970. */
  captureTicks: number;
  /** Whether units of the same layer were dropped before this one. */
  afterLoss: boolean;
}>;

/**
 * Returns the properties of a unit that its track's clock needs. An audio packet can't be sent
 * before its last sample is captured, so its duration is subtracted from the arrival time.
 */
export function arrivalOf({ layer, unit }: LayerUnit): ArrivedUnit {
  const { rtpTime, keyFrame, config, data, arrivedMs } = unit;
  const ticks = config.kind === 'audio' ? (audioDurationTicks(config, data) ?? 0) : 0;
  const durationMs = (ticks * 1_000) / timescaleOf(config);
  return { layer, rtpTime, keyFrame, arrivedMs: arrivedMs - durationMs };
}
