import { createHmac } from 'node:crypto';
import type { Config } from '../config/config.js';
import type { IceServer } from '../protocol/rtc.js';

/**
 * Returns the STUN and TURN servers for one client. TURN credentials follow coturn's REST scheme
 * (draft-uberti-behave-turn-rest): the username is `expiry:user`, and the password is the HMAC-SHA1
 * of the username with the shared secret. They therefore expire without any stored state.
 */
export function iceServers(rtc: Config['rtc'], user: string, nowMs: number): IceServer[] {
  const servers: IceServer[] = [];
  if (rtc.stunUrls.length > 0) servers.push({ urls: [...rtc.stunUrls] });
  if (rtc.turn) {
    const { urls, secret, ttlSeconds } = rtc.turn;
    const username = `${Math.floor(nowMs / 1_000) + ttlSeconds}:${user}`;
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    servers.push({ urls: [...urls], username, credential });
  }
  return servers;
}
