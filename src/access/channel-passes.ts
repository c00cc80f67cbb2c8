import { parseCookie, stringifySetCookie } from 'cookie';
import type { Secrets } from '../secrets/secrets.js';

/** Passes of channels whose passwords were typed on this device. */
export const PASS_COOKIE = 'onair_passes';

/** A device has so many passes; a new one takes the place of the oldest. */
const PASSES_MAX = 20;
const LIFETIME_MS = 30 * 86_400_000;
/** ID.VERSION.EXPIRY.SIGNATURE: an id of 36, a signature of 43 characters. */
const PASS_MAX = 120;
const PASS = /^([0-9a-f-]{36})\.(\d{1,10})\.([0-9a-z]{1,11})\.([\w-]{43})$/;
const BETWEEN = '!';

/** The cookie's value; empty when there is none, or none that can be ours. */
export function readPasses(cookieHeader: string | undefined): string {
  const { [PASS_COOKIE]: value = '' } = parseCookie(cookieHeader ?? '');
  return isPasses(value) ? value : '';
}

/** Whether it is short enough to be passes of ours. */
export function isPasses(value: string): boolean {
  return value.length <= PASSES_MAX * PASS_MAX;
}

/** Says that somebody typed a channel's password: signed, for one version of its access. */
export class ChannelPasses {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** The newest version of the channel's access that the passes are for; null when none is for it. */
  versionOf(channelId: string, passes: string, nowMs: number): number | null {
    // Without a pass nothing is signed: that is the most.
    if (!passes.includes(channelId)) return null;
    const versions = passes.split(BETWEEN).flatMap((pass) => {
      const [, id = '', version = '', expiry = '', signature = ''] = PASS.exec(pass) ?? [];
      if (id !== channelId || Number.parseInt(expiry, 36) <= nowMs) return [];
      const signed = `${id}.${version}.${expiry}`;
      return this.#secrets.isSigned('channel-pass', signed, signature) ? [Number(version)] : [];
    });
    return versions.length === 0 ? null : Math.max(...versions);
  }

  /** A Set-Cookie value with one pass more than there are. */
  add(
    passes: string,
    channel: { id: string; version: number },
    { nowMs, secure }: { nowMs: number; secure: boolean },
  ): string {
    const { id, version } = channel;
    const signed = `${id}.${version}.${(nowMs + LIFETIME_MS).toString(36)}`;
    const pass = `${signed}.${this.#secrets.sign('channel-pass', signed)}`;
    const others = passes
      .split(BETWEEN)
      .filter((other) => PASS.test(other) && !other.startsWith(id));
    return stringifySetCookie({
      name: PASS_COOKIE,
      value: [pass, ...others].slice(0, PASSES_MAX).join(BETWEEN),
      httpOnly: true,
      path: '/',
      maxAge: LIFETIME_MS / 1_000,
      // A player in the frame of another site asks for the password too, and has a cookie of its own
      // there. All it allows is to watch, so a request from another site gains nothing by it.
      ...(secure ? { secure, sameSite: 'none', partitioned: true } : { sameSite: 'lax' }),
    });
  }
}
