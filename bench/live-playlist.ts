import { fetchRenditions } from '../test/support/fetched-playlist.js';

/** The newest entries of a low-latency playlist, with absolute URLs. */
export type LivePlaylist = {
  text: string;
  partUrls: readonly string[];
  /** The next part. */
  next: { url: string; msn: number; part: number };
};

/** Returns the URL of a rendition's playlist; waits until it exists. */
export async function playlistUrl(index: string, rendition: string): Promise<string> {
  const renditions = await fetchRenditions(index);
  const found = renditions.find(({ id }) => id === rendition);
  if (!found) throw new Error(`${index} doesn't list ${rendition}`);
  return found.url;
}

/** Returns the URL of a request that waits until the playlist contains a part. */
export function withPart(url: string, { msn, part }: { msn: number; part: number }): string {
  return `${url}?_HLS_msn=${msn}&_HLS_part=${part}`;
}

export async function fetchLive(url: string): Promise<LivePlaylist> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return readLive(text, url);
}

export function readLive(text: string, url: string): LivePlaylist {
  const uris = (tag: string) =>
    [...text.matchAll(new RegExp(`^#${tag}:.*URI="([^"]+)"`, 'gm'))].map(
      ([, uri = '']) => new URL(uri, url).href,
    );
  const hint = uris('EXT-X-PRELOAD-HINT')[0] ?? '';
  const [, msn, part] = /(\d+)\.(\d+)\.m4s$/.exec(hint) ?? [];
  if (msn === undefined || part === undefined) throw new Error(`${url} hints at no part`);
  return {
    text,
    partUrls: uris('EXT-X-PART'),
    next: { url: hint, msn: Number(msn), part: Number(part) },
  };
}
