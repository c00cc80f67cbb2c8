/** The parts of a complete segment's URL. */
export interface SegmentName {
  run: string;
  rendition: string;
  /** The segment's number. */
  msn: number;
  /** The URL of the digests of the rendition's newest segments. */
  digestsUrl: string;
}

const SEGMENT =
  /^(.*\/hls\/[^/?#]+(?:\/~[\w-]+)?\/([\w-]{16})\/(video-\d|opus|aac))\/(\d{1,9})\.m4s$/;

/**
 * Parses a segment's URL. Returns null for everything else, such as parts and initialization
 * sections.
 */
export function readSegmentName(url: string): SegmentName | null {
  const [, path, run, rendition, msn] = SEGMENT.exec(url) ?? [];
  if (path === undefined || run === undefined || rendition === undefined) return null;
  return { run, rendition, msn: Number(msn), digestsUrl: `${path}.digests.json` };
}
