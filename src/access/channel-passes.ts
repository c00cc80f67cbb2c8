import { type Cookies, readAnyCookie } from '../common/cookies.js';
import type { Secrets } from '../secrets/secrets.js';
import type { Pass } from './access-policy.js';

/** Passes of channels whose passwords were typed on this device. */
export const PASS_COOKIE = 'onair_passes';

/** A device has so many passes; a new one takes the place of the oldest. */
const PASSES_MAX = 20;
const LIFETIME_MS = 30 * 86_400_000;
/** ID.VERSION.EXPIRY.HOLDER.SIGNATURE: ids of up to 36, a signature of 43 characters. */
const PASS_MAX = 160;
const PASS = /^([0-9a-f-]{36})\.(\d{1,10})\.([0-9a-z]{1,11})\.([\w-]{1,36})\.([\w-]{43})$/;
const BETWEEN = '!';

/** The cookie's value; empty when there is none, or none that can be ours. */
export function readPasses(cookieHeader: string | undefined): string {
  const value = readAnyCookie(cookieHeader, PASS_COOKIE);
  return isPasses(value) ? value : '';
}

/** Whether it is short enough to be passes of ours. */
export function isPasses(value: string): boolean {
  return value.length <= PASSES_MAX * PASS_MAX;
}

/**
 * Says who typed a channel's password: signed, for one version of its access. It names its holder, so
 * that a ban holds for whoever presents it.
 */
export class ChannelPasses {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Those for a channel that are ours and have not expired; empty when none is for it. */
  of(channelId: string, passes: string, nowMs: number): Pass[] {
    // Without a pass nothing is signed: that is the most.
    if (!passes.includes(channelId)) return [];
    return passes
      .split(BETWEEN)
      .slice(0, PASSES_MAX)
      .flatMap((pass) => {
        const [, id = '', version = '', expiry = '', holder = '', signature = ''] =
          PASS.exec(pass) ?? [];
        if (id !== channelId || Number.parseInt(expiry, 36) <= nowMs) return [];
        const signed = `${id}.${version}.${expiry}.${holder}`;
        const isOurs = this.#secrets.isSigned('channel-pass', signed, signature);
        return isOurs ? [{ version: Number(version), holder }] : [];
      });
  }

  /** A Set-Cookie value with one pass more than there are: for the channel with this id. */
  add(
    passes: string,
    { id, version, holder }: Pass & { id: string },
    { nowMs, cookies }: { nowMs: number; cookies: Cookies },
  ): string {
    const signed = `${id}.${version}.${(nowMs + LIFETIME_MS).toString(36)}.${holder}`;
    const pass = `${signed}.${this.#secrets.sign('channel-pass', signed)}`;
    const others = passes
      .split(BETWEEN)
      .filter((other) => PASS.test(other) && !other.startsWith(id));
    return cookies.set({
      name: PASS_COOKIE,
      value: [pass, ...others].slice(0, PASSES_MAX).join(BETWEEN),
      maxAgeS: LIFETIME_MS / 1_000,
      // A player in the frame of another site asks for the password too, and has a cookie of its own
      // there. All it allows is to watch, so a request from another site gains nothing by it.
      inFrames: true,
    });
  }
}
