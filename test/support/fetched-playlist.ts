/** A segment of a fetched media playlist, with absolute URLs. */
export type FetchedSegment = Readonly<{
  msn: number;
  url: string;
  initUrl: string;
  durationS: number;
  /**
   * EXT-X-PROGRAM-DATE-TIME in milliseconds since 1970; extrapolated for segments without the tag.
   */
  wallMs: number;
  discontinuity: boolean;
  gap: boolean;
}>;

/** A rendition of a multivariant playlist. */
export type FetchedRendition = Readonly<{ id: string; url: string; codecs: string }>;

/**
 * Fetches the renditions in the multivariant playlist at `url`, each once. A rendition's `codecs`
 * are those of its variant; for an audio rendition, `codecs` is the id of its group.
 */
export async function fetchRenditions(url: string): Promise<FetchedRendition[]> {
  const text = await fetchText(url);
  const found = new Map<string, FetchedRendition>();
  const add = (uri: string, codecs: string) => {
    const id = /([^/]+)\.m3u8$/.exec(uri)?.[1] ?? uri;
    found.set(id, { id, url: new URL(uri, url).href, codecs });
  };
  let codecs = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-MEDIA:')) add(attribute(line, 'URI'), attribute(line, 'GROUP-ID'));
    if (line.startsWith('#EXT-X-STREAM-INF:')) codecs = attribute(line, 'CODECS');
    if (line !== '' && !line.startsWith('#')) add(line, codecs);
  }
  return [...found.values()];
}

/** Fetches the complete segments in the media playlist at `url`. */
export async function fetchSegments(url: string): Promise<FetchedSegment[]> {
  const segments: FetchedSegment[] = [];
  let msn = 0;
  let initUrl = '';
  let next = { durationS: 0, wallMs: 0, discontinuity: false, gap: false };
  for (const line of (await fetchText(url)).split('\n')) {
    const [name = '', value = ''] = split(line);
    if (name === '#EXT-X-MEDIA-SEQUENCE') msn = Number(value);
    if (name === '#EXT-X-MAP') initUrl = new URL(attribute(line, 'URI'), url).href;
    if (name === '#EXT-X-PROGRAM-DATE-TIME') next.wallMs = Date.parse(value);
    if (name === '#EXT-X-DISCONTINUITY') next.discontinuity = true;
    if (name === '#EXT-X-GAP') next.gap = true;
    if (name === '#EXTINF') next.durationS = Number.parseFloat(value);
    if (line === '' || line.startsWith('#')) continue;
    segments.push({ msn, url: new URL(line, url).href, initUrl, ...next });
    msn += 1;
    const wallMs = next.wallMs + next.durationS * 1_000;
    next = { durationS: 0, wallMs, discontinuity: false, gap: false };
  }
  return segments;
}

/** Fetches the segments of a live channel's lowest layer. */
export async function fetchLiveSegments(
  server: string,
  channel: string,
): Promise<FetchedSegment[]> {
  const renditions = await fetchRenditions(`${server}/hls/${channel}/index.m3u8`);
  const picture = renditions.find(({ id }) => id === 'video-0');
  if (!picture) throw new Error(`${channel} has no picture`);
  return fetchSegments(picture.url);
}

/** Fetches the bytes at `url`; rejects on an error status. */
export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

const fetchText = async (url: string): Promise<string> =>
  Buffer.from(await fetchBytes(url)).toString();

const split = (line: string): string[] => {
  const colon = line.indexOf(':');
  return colon < 0 ? [line] : [line.slice(0, colon), line.slice(colon + 1)];
};

function attribute(line: string, name: string): string {
  const value = new RegExp(`[:,]${name}="([^"]*)"`).exec(line)?.[1];
  if (value === undefined) throw new Error(`no ${name} in ${line}`);
  return value;
}
