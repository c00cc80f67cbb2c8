import { averageBitRate, peakBitRate } from './bit-rate.js';
import {
  type AudioRendition,
  type VideoRendition,
  renderMultivariantPlaylist,
} from '../../media/playlist/multivariant-playlist.js';
import type { Rendition } from './rendition.js';
import type { Segment } from './segment.js';

/** What sound takes before any of it was made, bits a second: 128 kb/s and its boxes. */
const SOUND_BPS = 140_000;
/** The frame rate of the last 20 s or so: cameras slow down in the dark. */
const FRAME_RATE_SEGMENTS = 10;
/** A measured rate this close to a whole number is that. */
const WHOLE_FPS_WITHIN = 0.03;

type Options = Readonly<{ runId: string; targetDurationS: number }>;

/** A run's multivariant playlist: the renditions that have media now, best first, as they were measured. */
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

/** What is made on demand has nothing before somebody asks for it, so it is always there. */
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
    // The same sound in every group, so the same name (RFC 8216bis 4.4.6.1.1).
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

/** Its finished segments; before the first, what there is of that. */
function measuredOf({ segments, open }: Rendition): readonly Segment[] {
  const finished = segments.filter(({ state }) => state === 'complete');
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
