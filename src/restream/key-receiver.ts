import { restreamProtocol } from '../protocol/restream-protocol.js';

/**
 * Returns who receives the key of a target with this URL. A stored key is never sent to another
 * receiver.
 *
 * For RTMP and SRT, this is the server, and whether it is reached encrypted. A WHIP endpoint can pass its
 * token on by a redirect, so the token is for the endpoint alone: a path on the same server may
 * redirect to anywhere.
 */
export function keyReceiver(url: string): string {
  const { protocol, host, href } = new URL(url);
  return restreamProtocol(url) === 'whip' ? href : `${protocol}//${host}`;
}
