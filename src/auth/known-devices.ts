import { Inject, Injectable } from '@nestjs/common';
import { Cookies } from '../common/cookies.js';
import { CONFIG, type Config } from '../config/config.js';
import { Secrets } from '../secrets/secrets.js';

const COOKIE = 'onair_known';
/** Accounts that one browser is known for; the oldest goes. */
const PER_DEVICE_MAX = 5;
/** 132 bits of the signature: the cookie stays short. */
const MARK_LENGTH = 22;
const YEAR_S = 365 * 86_400;

/**
 * Remembers, in the browser alone, that its owner has logged in to an account there before. Such a
 * device has a limit of wrong passwords of its own, so strangers who guess can't lock its owner out.
 * A mark is good for one device and one username, and lets nobody in.
 */
@Injectable()
export class KnownDevices {
  readonly #cookies: Cookies;

  constructor(
    private readonly secrets: Secrets,
    @Inject(CONFIG) config: Config,
  ) {
    this.#cookies = new Cookies(config.http);
  }

  /** The mark that the request brings for the account; null on a device that isn't known for it. */
  find(cookieHeader: string | undefined, username: string, guestId: string): string | null {
    const mark = this.#mark(username, guestId);
    return this.#marks(cookieHeader).includes(mark) ? mark : null;
  }

  /** A Set-Cookie value that adds the account to those that the device is known for. */
  remember(cookieHeader: string | undefined, username: string, guestId: string): string {
    const mark = this.#mark(username, guestId);
    const others = this.#marks(cookieHeader).filter((other) => other !== mark);
    return this.#cookies.set({
      name: COOKIE,
      value: [mark, ...others].slice(0, PER_DEVICE_MAX).join('.'),
      maxAgeS: YEAR_S,
    });
  }

  #mark(username: string, guestId: string): string {
    return this.secrets.sign('known-device', `${guestId} ${username}`).slice(0, MARK_LENGTH);
  }

  #marks(cookieHeader: string | undefined): string[] {
    return this.#cookies
      .read(cookieHeader, COOKIE)
      .split('.')
      .slice(0, PER_DEVICE_MAX)
      .filter((mark) => mark.length === MARK_LENGTH);
  }
}
