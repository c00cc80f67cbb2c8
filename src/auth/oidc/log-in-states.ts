import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Cookies } from '../../common/cookies.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Secrets } from '../../secrets/secrets.js';

const COOKIE = 'onair_provider';
/** The maximum time for logging in at the provider. */
const LIFETIME_S = 600;

const State = z.object({
  /**
   * The value that binds the response to the browser that started the login (RFC 6749, section
   * 10.12).
   */
  state: z.string(),
  nonce: z.string(),
  /** The PKCE code verifier (RFC 7636). */
  verifier: z.string(),
  /** The path on this server to redirect to. */
  next: z.string(),
  invitation: z.string().optional(),
  /** The account to connect; absent for a login. */
  linkTo: z.string().optional(),
  /** The time of expiry, in milliseconds since 1970. */
  expiresAtMs: z.number(),
});
/** The state to restore when the user returns from the provider. */
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

  /** Reads the state; null if it is missing or has expired. */
  read(cookieHeader: string | undefined, nowMs: number): LogInState | null {
    const sealed = this.#cookies.read(cookieHeader, COOKIE);
    const text = this.secrets.unseal('log-in-state', sealed, COOKIE);
    if (text === null) return null;
    const { expiresAtMs, ...state } = State.parse(JSON.parse(text));
    return expiresAtMs > nowMs ? state : null;
  }

  /** Returns a Set-Cookie value that removes the state, which can be used only once. */
  forget(): string {
    return this.#cookie('', 0);
  }

  #cookie(value: string, maxAgeS: number): string {
    return this.#cookies.set({ name: COOKIE, value, maxAgeS });
  }
}
