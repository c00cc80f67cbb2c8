import { AUDIO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { opusDurationTicks } from '../../media/rtp/opus-depacketizer.js';
import type { ArrivedUnit } from '../timeline/track-clock.js';

/** A unit and the layer of its track that it is of. */
export type LayerUnit = Readonly<{ layer: number; unit: AccessUnit }>;

/** When a unit was captured. */
export type Timing = Readonly<{
  /** By the publisher's clock, in ticks of its track since 1970. */
  captureTicks: number;
  /** Units of its layer before it were dropped. */
  afterLoss: boolean;
}>;

/** What its track's clock has to know of a unit; a packet of sound is sent after its last sample only. */
export function arrivalOf({ layer, unit }: LayerUnit): ArrivedUnit {
  const { rtpTime, keyFrame, config, data, arrivedMs } = unit;
  const ticks = config.kind === 'audio' ? (opusDurationTicks(data) ?? 0) : 0;
  return { layer, rtpTime, keyFrame, arrivedMs: arrivedMs - (ticks * 1_000) / AUDIO_TIMESCALE };
}
