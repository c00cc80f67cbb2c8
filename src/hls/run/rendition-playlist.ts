import { gzipSync } from 'node:zlib';
import type { Part } from './part.js';
import {
  type OpenSegment,
  type PlaylistPart,
  type PlaylistSegment,
  type RenditionReport,
  renderMediaPlaylist,
} from '../../media/playlist/media-playlist.js';
import type { Rendition } from './rendition.js';
import type { Segment } from './segment.js';

/** The body of a text response, ready to be sent. */
export type TextBody = Readonly<{ bytes: Buffer; etag: string; gzip: boolean }>;
/** Selects one of a playlist's texts. */
export type TextKind = Readonly<{ skip: boolean; gzip: boolean }>;

type Options = Readonly<{
  targetDurationS: number;
  partTargetS: number;
  /** Returns the positions of the run's other renditions. */
  reports: () => RenditionReport[];
}>;

/** RFC 8216bis 4.4.3.8: at least six target durations. */
const SKIP_BOUNDARY_TARGETS = 6;
/**
 * Compression blocks the event loop, and a higher level would gain little, because the text is
 * repetitive.
 */
const GZIP_LEVEL = 3;

/** The texts of one rendition's playlist, each generated once for all requests. */
export class RenditionPlaylist {
  readonly #rendition: Rendition;
  readonly #options: Options;
  readonly #segments = new WeakMap<Segment, PlaylistSegment>();
  readonly #texts = new Map<string, TextBody>();
  #version = -1;

  constructor(rendition: Rendition, options: Options) {
    this.#rendition = rendition;
    this.#options = options;
  }

  /**
   * Returns the current text. The text is compressed here rather than in Node's thread pool,
   * because a slow disk can block all of the pool's threads, and live playback must not depend on
   * the disk.
   */
  body({ skip, gzip }: TextKind): TextBody {
    const { version } = this.#rendition;
    if (version !== this.#version) {
      this.#texts.clear();
      this.#version = version;
    }
    const key = `${version}${skip ? 's' : ''}${gzip ? 'z' : ''}`;
    const known = this.#texts.get(key);
    if (known) return known;
    const bytes = gzip
      ? gzipSync(this.body({ skip, gzip: false }).bytes, { level: GZIP_LEVEL })
      : Buffer.from(this.#render(skip));
    const body = { bytes, etag: `"${key}"`, gzip };
    this.#texts.set(key, body);
    return body;
  }

  #render(skip: boolean): string {
    const { targetDurationS, partTargetS, reports } = this.#options;
    const rendition = this.#rendition;
    const { next, segments: all } = rendition;
    const { leftOut, listed } = withoutLeadingGaps(all);
    const open = this.#growing();
    return renderMediaPlaylist(
      {
        targetDurationS,
        partTargetS,
        independentSegments: rendition.isIndependent,
        skipBoundaryS: SKIP_BOUNDARY_TARGETS * targetDurationS,
        mediaSequence: listed[0]?.msn ?? rendition.open?.msn ?? next?.msn ?? 0,
        discontinuitySequence:
          rendition.discontinuitySequence +
          leftOut.filter(({ discontinuity }) => discontinuity).length,
        segments: listed.map((segment) => this.#finished(segment)),
        open,
        hintUri: next ? this.#partUri(next.msn, next.part) : null,
        reports: reports(),
        ended: rendition.ended,
      },
      { skip },
    );
  }

  #finished(segment: Segment): PlaylistSegment {
    const known = this.#segments.get(segment);
    if (known) return known;
    const made: PlaylistSegment = {
      uri: `${this.#rendition.id}/${segment.msn}.m4s`,
      durationS: segment.durationS,
      gap: segment.state === 'gap',
      ...this.#beginning(segment),
    };
    this.#segments.set(segment, made);
    return made;
  }

  /** Returns the open segment once it has a part. */
  #growing(): OpenSegment | null {
    const { open } = this.#rendition;
    return open && open.parts.length > 0 ? this.#beginning(open) : null;
  }

  #beginning({ msn, wallMs, discontinuity, init, parts }: Segment): OpenSegment {
    return {
      wallMs,
      discontinuity,
      initUri: init < 0 ? null : `${this.#rendition.id}/init-${init}.mp4`,
      parts: parts.map((part, index) => this.#part(msn, part, index)),
    };
  }

  #part(msn: number, { durationS, independent }: Part, index: number): PlaylistPart {
    return { uri: this.#partUri(msn, index), durationS, independent };
  }

  #partUri(msn: number, part: number): string {
    return `${this.#rendition.id}/${msn}.${part}.m4s`;
  }
}

/**
 * Drops leading gaps, so that a playlist starts with media. Missing segments at the beginning can
 * be treated as expired, and players that don't support EXT-X-GAP would request them.
 */
function withoutLeadingGaps(segments: readonly Segment[]) {
  const first = segments.findIndex(({ state }) => state !== 'gap');
  const count = first === -1 ? segments.length : first;
  return { leftOut: segments.slice(0, count), listed: segments.slice(count) };
}
