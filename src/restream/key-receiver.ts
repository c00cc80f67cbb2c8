import { isWhip } from '../protocol/is-whip.js';

/**
 * Returns who receives the key of a target with this URL. A stored key is never sent to another
 * receiver.
 *
 * For RTMP, this is the server, and whether it is reached encrypted. A WHIP endpoint can pass its
 * token on by a redirect, so the token is for the endpoint alone: a path on the same server may
 * redirect to anywhere.
 */
export function keyReceiver(url: string): string {
  const { protocol, host, href } = new URL(url);
  return isWhip(url) ? href : `${protocol}//${host}`;
}
