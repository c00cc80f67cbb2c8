import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Cookies } from '../../common/cookies.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Secrets } from '../../secrets/secrets.js';

const COOKIE = 'onair_provider';
/** How long the log-in at the provider may take. */
const LIFETIME_S = 600;

const State = z.object({
  /** RFC 6749 10.12: ties the answer to the browser that asked. */
  state: z.string(),
  nonce: z.string(),
  /** RFC 7636. */
  verifier: z.string(),
  /** A path of this service. */
  next: z.string(),
  invitation: z.string().optional(),
  /** The account to connect; absent: log in. */
  linkTo: z.string().optional(),
  /** Unix time, milliseconds. */
  expiresAtMs: z.number(),
});
/** State to restore when the user returns from the provider. */
export type LogInState = Omit<z.output<typeof State>, 'expiresAtMs'>;

/** Stores a {@link LogInState} in a sealed cookie. */
@Injectable()
export class LogInStates {
  readonly #cookies: Cookies;

  constructor(
    private readonly secrets: Secrets,
    @Inject(CONFIG) config: Config,
  ) {
    this.#cookies = new Cookies(config.http);
  }

  /** Returns a Set-Cookie value with the state. */
  keep(state: LogInState, nowMs: number): string {
    const expiresAtMs = nowMs + LIFETIME_S * 1_000;
    const text = JSON.stringify({ ...state, expiresAtMs });
    return this.#cookie(this.secrets.seal('log-in-state', text, COOKIE), LIFETIME_S);
  }

  /** Reads the state; null if missing or expired. */
  read(cookieHeader: string | undefined, nowMs: number): LogInState | null {
    const sealed = this.#cookies.read(cookieHeader, COOKIE);
    const text = this.secrets.unseal('log-in-state', sealed, COOKIE);
    if (text === null) return null;
    const { expiresAtMs, ...state } = State.parse(JSON.parse(text));
    return expiresAtMs > nowMs ? state : null;
  }

  /** Returns a Set-Cookie value that removes the state: it can be used once. */
  forget(): string {
    return this.#cookie('', 0);
  }

  #cookie(value: string, maxAgeS: number): string {
    return this.#cookies.set({ name: COOKIE, value, maxAgeS });
  }
}
