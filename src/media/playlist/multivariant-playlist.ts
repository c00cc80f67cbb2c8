import { tag, YES } from './attributes.js';

/** One video rendition. */
export type VideoRendition = Readonly<{
  uri: string;
  /** The codecs string (RFC 6381). */
  codecs: string;
  width: number;
  height: number;
  /** Frames per second; null if not yet known. */
  frameRate: number | null;
  /** The peak segment bit rate and the average bit rate, in bits per second. */
  peakBps: number;
  averageBps: number;
}>;

/** One audio rendition. */
export type AudioRendition = Readonly<{
  uri: string;
  /** The GROUP-ID of the audio group. */
  group: string;
  name: string;
  codecs: string;
  channels: number;
  peakBps: number;
  averageBps: number;
}>;

export type MultivariantPlaylist = Readonly<{
  /** The video renditions in playlist order, best first. */
  video: readonly VideoRendition[];
  /** The audio renditions in order of preference. */
  audio: readonly AudioRendition[];
  /** Whether every segment of all renditions can be decoded independently. */
  independentSegments: boolean;
}>;

/**
 * Renders a multivariant playlist (RFC 8216bis 4.4.6): every video rendition combined with every
 * audio group.
 */
export function renderMultivariantPlaylist(playlist: MultivariantPlaylist): string {
  const { video, audio, independentSegments } = playlist;
  const head = `#EXTM3U\n#EXT-X-VERSION:9\n${independentSegments ? '#EXT-X-INDEPENDENT-SEGMENTS\n' : ''}`;
  if (video.length === 0) return head + audio.map(soundVariant).join('');
  const groups = audio.map(audioGroup).join('');
  const sounds = audio.length > 0 ? audio : [null];
  return (
    head + groups + sounds.flatMap((sound) => video.map((one) => videoVariant(one, sound))).join('')
  );
}

function audioGroup({ group, name, channels, uri }: AudioRendition): string {
  return tag('EXT-X-MEDIA', {
    TYPE: { enumerated: 'AUDIO' },
    'GROUP-ID': group,
    NAME: name,
    DEFAULT: YES,
    AUTOSELECT: YES,
    CHANNELS: String(channels),
    URI: uri,
  });
}

function videoVariant(video: VideoRendition, sound: AudioRendition | null): string {
  const { codecs, width, height, frameRate, uri } = video;
  const attributes = tag('EXT-X-STREAM-INF', {
    BANDWIDTH: Math.ceil(video.peakBps + (sound?.peakBps ?? 0)),
    'AVERAGE-BANDWIDTH': Math.ceil(video.averageBps + (sound?.averageBps ?? 0)),
    CODECS: sound ? `${codecs},${sound.codecs}` : codecs,
    RESOLUTION: { width, height },
    'FRAME-RATE': frameRate === null ? null : Math.round(frameRate * 1_000) / 1_000,
    AUDIO: sound?.group ?? null,
  });
  return `${attributes}${uri}\n`;
}

function soundVariant({ peakBps, averageBps, codecs, uri }: AudioRendition): string {
  const attributes = tag('EXT-X-STREAM-INF', {
    BANDWIDTH: Math.ceil(peakBps),
    'AVERAGE-BANDWIDTH': Math.ceil(averageBps),
    CODECS: codecs,
  });
  return `${attributes}${uri}\n`;
}
