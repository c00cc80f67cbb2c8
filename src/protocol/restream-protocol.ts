/** The protocols over which broadcasts are restreamed. RTMP includes RTMPS. */
export type RestreamProtocol = 'rtmp' | 'srt' | 'whip';

const PROTOCOLS: Readonly<Record<string, RestreamProtocol>> = { 'https:': 'whip', 'srt:': 'srt' };

/** Returns the protocol of a restream target, based on its URL. An incomplete URL counts as RTMP. */
export function restreamProtocol(url: string): RestreamProtocol {
  if (!URL.canParse(url)) return 'rtmp';
  return PROTOCOLS[new URL(url).protocol] ?? 'rtmp';
}
