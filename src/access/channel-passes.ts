import { type Cookies, readAnyCookie } from '../common/cookies.js';
import type { Secrets } from '../secrets/secrets.js';
import type { Pass } from './access-policy.js';

/**
 * The name of the cookie with the passes for channels whose passwords were entered on this device.
 */
export const PASS_COOKIE = 'onair_passes';

/** The maximum number of passes per device; a new one replaces the oldest. */
const PASSES_MAX = 20;
const LIFETIME_MS = 30 * 86_400_000;
/** The maximum length of a pass, `ID.VERSION.EXPIRY.HOLDER.SIGNATURE`. */
const PASS_MAX = 160;
const PASS = /^([0-9a-f-]{36})\.(\d{1,10})\.([0-9a-z]{1,11})\.([\w-]{1,36})\.([\w-]{43})$/;
const BETWEEN = '!';

/** Returns the cookie's value; an empty string if it is missing or too long. */
export function readPasses(cookieHeader: string | undefined): string {
  const value = readAnyCookie(cookieHeader, PASS_COOKIE);
  return isPasses(value) ? value : '';
}

/** Whether a value is short enough to be a valid list of passes. */
export function isPasses(value: string): boolean {
  return value.length <= PASSES_MAX * PASS_MAX;
}

/**
 * Issues and reads passes: signed proofs of who entered a channel's password, valid for one version
 * of its access. A pass contains the id of its holder, so a ban of the holder applies to anyone who
 * presents the pass.
 */
export class ChannelPasses {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Returns the valid, unexpired passes for a channel. */
  of(channelId: string, passes: string, nowMs: number): Pass[] {
    // Most visitors have no pass for the channel, so nothing needs to be parsed.
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

  /** Returns a Set-Cookie value that adds a pass for a channel, or replaces its existing one. */
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
      // A player that is embedded in another site asks for the password too, and gets a separate
      // cookie there. A pass only allows watching, so it can't be misused for cross-site request
      // forgery.
      inFrames: true,
    });
  }
}
