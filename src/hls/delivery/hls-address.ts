import { assertNever } from '../../protocol/assert-never.js';
import { CHANNEL_NAME_PATTERN } from '../../protocol/limits.js';

/** The resource that a path under /hls names. Numbers are non-negative integers. */
export type HlsAddress = Readonly<{ channel: string }> & (OfChannel | OfRendition);
type OfChannel =
  | Readonly<{ what: 'multivariant' }>
  /** The requested version of the thumbnail; null for the newest. */
  | Readonly<{ what: 'thumbnail'; version: string | null }>;
type OfRendition = Readonly<{ run: string; rendition: string }> & FileAddress;
type FileAddress =
  | Readonly<{ what: 'playlist' }>
  /** The digests of the newest segments. */
  | Readonly<{ what: 'digests' }>
  | Readonly<{ what: 'init'; init: number }>
  | Readonly<{ what: 'segment'; msn: number }>
  | Readonly<{ what: 'part'; msn: number; part: number }>;

/** A number as written in playlists: no leading zeros, at most nine digits. */
const NUMBER = '(0|[1-9][0-9]{0,8})';
const RUN = /^\/([A-Za-z0-9_-]{16})\/(video-[0-9]|opus|aac)(\.m3u8|\.digests\.json|\/[^/]+)$/;
const INIT = new RegExp(`^/init-${NUMBER}\\.mp4$`);
const SEGMENT = new RegExp(`^/${NUMBER}\\.m4s$`);
const PART = new RegExp(`^/${NUMBER}\\.${NUMBER}\\.m4s$`);
const THUMBNAIL = /^\/thumbnail(?:\/([a-z0-9]{1,16}))?\.jpg$/;
const PATH = /^\/hls\/([^/]+)(\/.+)$/;
const PATH_MAX = 120;

/**
 * Parses a raw request path; returns null if it cannot name a resource. No path served here needs
 * percent-encoding, so it isn't decoded, and a path that contains it is invalid.
 */
export function parseHlsAddress(path: string): HlsAddress | null {
  if (path.length > PATH_MAX) return null;
  const [, channel = '', rest = ''] = PATH.exec(path) ?? [];
  if (!CHANNEL_NAME_PATTERN.test(channel)) return null;
  if (rest === '/index.m3u8') return { what: 'multivariant', channel };
  const thumbnail = THUMBNAIL.exec(rest);
  if (thumbnail) return { what: 'thumbnail', channel, version: thumbnail[1] ?? null };
  const [, run, rendition, file] = RUN.exec(rest) ?? [];
  if (run === undefined || rendition === undefined || file === undefined) return null;
  const named = parseFile(file);
  return named && { channel, run, rendition, ...named };
}

/** Returns the path of an address, without a token. */
export function hlsPath(address: HlsAddress): string {
  const base = `/hls/${address.channel}`;
  switch (address.what) {
    case 'multivariant':
      return `${base}/index.m3u8`;
    case 'thumbnail':
      return `${base}/thumbnail${address.version === null ? '' : `/${address.version}`}.jpg`;
    case 'playlist':
      return `${base}/${address.run}/${address.rendition}.m3u8`;
    case 'digests':
      return `${base}/${address.run}/${address.rendition}.digests.json`;
    case 'init':
      return `${base}/${address.run}/${address.rendition}/init-${address.init}.mp4`;
    case 'segment':
      return `${base}/${address.run}/${address.rendition}/${address.msn}.m4s`;
    case 'part':
      return `${base}/${address.run}/${address.rendition}/${address.msn}.${address.part}.m4s`;
    default:
      return assertNever(address);
  }
}

function parseFile(file: string): FileAddress | null {
  if (file === '.m3u8') return { what: 'playlist' };
  if (file === '.digests.json') return { what: 'digests' };
  const part = PART.exec(file);
  if (part) return { what: 'part', msn: Number(part[1]), part: Number(part[2]) };
  const segment = SEGMENT.exec(file);
  if (segment) return { what: 'segment', msn: Number(segment[1]) };
  const init = INIT.exec(file);
  return init && { what: 'init', init: Number(init[1]) };
}
