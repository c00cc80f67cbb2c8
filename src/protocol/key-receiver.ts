import { restreamProtocol } from './restream-protocol.js';

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
