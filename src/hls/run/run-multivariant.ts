import { averageBitRate, peakBitRate } from './bit-rate.js';
import {
  type AudioRendition,
  type VideoRendition,
  renderMultivariantPlaylist,
} from '../../media/playlist/multivariant-playlist.js';
import type { Rendition } from './rendition.js';
import type { Segment } from './segment.js';

/**
 * The bit rate assumed for audio until one is measured, in bits per second: 128 kb/s plus the MP4
 * boxes.
 */
const SOUND_BPS = 140_000;
/**
 * The number of segments over which the frame rate is measured, about 20 s. It is measured because
 * cameras lower their frame rate in the dark.
 */
const FRAME_RATE_SEGMENTS = 10;
/** A measured rate within this fraction of a whole number is rounded to it. */
const WHOLE_FPS_WITHIN = 0.03;

type Options = Readonly<{ runId: string; targetDurationS: number }>;

/**
 * Returns a run's multivariant playlist: the renditions that currently have media, best first, with
 * measured rates.
 */
export function runMultivariant(
  renditions: Iterable<Rendition>,
  { runId, targetDurationS }: Options,
): string {
  const made = [...renditions];
  const all = made.filter((one) => isListed(one));
  const uriOf = ({ id }: Rendition) => `${runId}/${id}.m3u8`;
  const video = all
    .toSorted((a, b) => layerOf(b) - layerOf(a))
    .flatMap((one) => videoOf(one, uriOf(one), targetDurationS) ?? []);
  const audio = all.flatMap((one) => audioOf(one, uriOf(one), targetDurationS) ?? []);
  const independentSegments = made.every(({ isIndependent }) => isIndependent);
  return renderMultivariantPlaylist({ video, audio, independentSegments });
}

/**
 * Whether a rendition is listed. On-demand renditions are always listed, because they have no media
 * before the first request.
 */
function isListed({ about, isPresent, config }: Rendition): boolean {
  return config !== null && (isPresent || (about.kind === 'audio' && about.onDemand === true));
}

const layerOf = ({ about }: Rendition): number => (about.kind === 'video' ? about.layer : -1);

function videoOf(rendition: Rendition, uri: string, targetS: number): VideoRendition | null {
  const { config } = rendition;
  if (config?.kind !== 'video') return null;
  const { codecs, width, height } = config;
  return {
    uri,
    codecs,
    width,
    height,
    frameRate: frameRateOf(rendition),
    ...bitRates(rendition, targetS),
  };
}

function audioOf(rendition: Rendition, uri: string, targetS: number): AudioRendition | null {
  const { config, id } = rendition;
  if (config?.kind !== 'audio') return null;
  const { codecs, channels } = config;
  const { peakBps, averageBps } = bitRates(rendition, targetS);
  return {
    uri,
    group: id,
    // RFC 8216bis 4.4.6.1.1: because all groups contain the same audio, they use the same name.
    name: 'Sound',
    codecs,
    channels,
    peakBps: peakBps || SOUND_BPS,
    averageBps: averageBps || SOUND_BPS,
  };
}

function bitRates(rendition: Rendition, targetDurationS: number) {
  const measured = measuredOf(rendition);
  return {
    peakBps: peakBitRate(measured, targetDurationS),
    averageBps: averageBitRate(measured),
  };
}

/** Returns the finished segments or, before the first one is finished, the open segment so far. */
function measuredOf({ segments, open }: Rendition): readonly Segment[] {
  const finished = segments.filter(({ hasMedia }) => hasMedia);
  return finished.length === 0 && open ? [open] : finished;
}

function frameRateOf(rendition: Rendition): number | null {
  const newest = measuredOf(rendition).slice(-FRAME_RATE_SEGMENTS);
  const frames = newest.reduce((sum, one) => sum + one.frames, 0);
  const seconds = newest.reduce((sum, { durationS }) => sum + durationS, 0);
  if (frames === 0 || seconds === 0) return null;
  const measured = frames / seconds;
  const whole = Math.round(measured);
  return whole > 0 && Math.abs(measured - whole) <= whole * WHOLE_FPS_WITHIN
    ? whole
    : Math.round(measured * 10) / 10;
}
