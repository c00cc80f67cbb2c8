/** The protocols over which broadcasts are restreamed. RTMP includes RTMPS. */
export type RestreamProtocol = 'rtmp' | 'srt' | 'whip';

const PROTOCOLS: Readonly<Record<string, RestreamProtocol>> = { 'https:': 'whip', 'srt:': 'srt' };

/** Returns the protocol of a restream target, based on its URL. An incomplete URL counts as RTMP. */
export function restreamProtocol(url: string): RestreamProtocol {
  if (!URL.canParse(url)) return 'rtmp';
  return PROTOCOLS[new URL(url).protocol] ?? 'rtmp';
}

/**
 * Returns the receiver of the key of a target with this URL. A stored key is never sent to another
 * receiver.
 *
 * For RTMP and SRT, the receiver is the server, together with the protocol, which says whether an
 * RTMP connection is encrypted. For WHIP, it is the whole URL of the endpoint, because an endpoint
 * can pass its token on with a redirect, and other paths on the same server may redirect anywhere.
 */
export function keyReceiver(url: string): string {
  const { protocol, host, href } = new URL(url);
  return restreamProtocol(url) === 'whip' ? href : `${protocol}//${host}`;
}
