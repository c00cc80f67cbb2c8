/** The protocols over which broadcasts are restreamed. RTMP includes RTMPS. */
export type RestreamProtocol = 'rtmp' | 'srt' | 'whip';

/** Returns the protocol of a restream target, based on its URL. */
export function restreamProtocol(url: string): RestreamProtocol {
  if (url.startsWith('https:')) return 'whip';
  return url.startsWith('srt:') ? 'srt' : 'rtmp';
}
