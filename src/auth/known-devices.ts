import { Inject, Injectable } from '@nestjs/common';
import { Cookies } from '../common/cookies.js';
import { CONFIG, type Config } from '../config/config.js';
import { Secrets } from '../secrets/secrets.js';

const COOKIE = 'onair_known';
/** The maximum number of accounts per browser. If it is exceeded, the oldest account is dropped. */
const PER_DEVICE_MAX = 5;
/** The length of a mark. To keep the cookie short, it contains only 132 bits of the signature. */
const MARK_LENGTH = 22;
const YEAR_S = 365 * 86_400;

/**
 * Records in a cookie which accounts have logged in from this browser. A known device has a
 * separate limit for wrong passwords, so that attackers can't lock the owner out. A mark is valid
 * for one device and username, and grants no access.
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

  /** Returns the account's mark in the request; null if the device is unknown. */
  find(cookieHeader: string | undefined, username: string, guestId: string): string | null {
    const mark = this.#mark(username, guestId);
    return this.#marks(cookieHeader).includes(mark) ? mark : null;
  }

  /** Returns a Set-Cookie value that adds the account to the device's marks. */
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
