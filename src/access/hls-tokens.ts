import type { Clock } from '../common/clock.js';
import type { Secrets } from '../secrets/secrets.js';

/** The content of a token: who can fetch which channel, for which version of its access. */
export type HlsGrant = Readonly<{
  channelId: string;
  version: number;
  accountId: string | null;
  guestId: string;
  /** Hash of the address of the guest it was issued to; null: an account. */
  addressHash: string | null;
  /** Holder of the channel pass that gave access; null without one. */
  holder: string | null;
}>;

/** An unused token expires after this time, long enough for a paused player. */
const IDLE_MS = 10 * 60_000;
/** Maximum lifetime, however often the token is used. */
const LIFETIME_MS = 24 * 3_600_000;
/**
 * Maximum number of tokens whose use is remembered; the least recently used is evicted, and its
 * idle time then counts from its creation.
 */
const REMEMBERED_MAX = 20_000;
const CONTEXT = 'hls';

type Remembered = { readonly grant: HlsGrant; readonly givenMs: number; usedMs: number };

/**
 * Tokens in paths: sealed, so that neither a log nor another viewer can read an account's id.
 * Short-lived unless a player keeps using them. A token only identifies its holder; the policy is
 * checked on each request.
 */
export class HlsTokens {
  readonly idleMs = IDLE_MS;
  readonly #secrets: Secrets;
  readonly #clock: Clock;
  /** In order of last use. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(secrets: Secrets, clock: Clock) {
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /** Issues a token of letters, digits, `-` and `_`. */
  give({ channelId, version, accountId, guestId, addressHash, holder }: HlsGrant): string {
    const nowMs = this.#clock.nowMs();
    const who = [accountId ?? '', guestId, addressHash ?? '', holder ?? ''];
    const fields = [channelId, version, nowMs, ...who];
    return this.#secrets.seal('hls-token', fields.join(' '), CONTEXT);
  }

  /** Returns a token's content; null if it is not ours or has expired. */
  read(token: string): HlsGrant | null {
    const nowMs = this.#clock.nowMs();
    const known = this.#remembered.get(token) ?? this.#unseal(token);
    if (!known) return null;
    this.#remembered.delete(token);
    if (nowMs - known.usedMs > IDLE_MS || nowMs - known.givenMs > LIFETIME_MS) return null;
    known.usedMs = nowMs;
    this.#remembered.set(token, known);
    this.#forgetOldest();
    return known.grant;
  }

  #unseal(token: string): Remembered | null {
    const text = this.#secrets.unseal('hls-token', token, CONTEXT);
    const [channelId, version, given, accountId, guestId, addressHash, holder] =
      text?.split(' ') ?? [];
    // Tokens issued before they named their holder are shorter: players request a new one.
    if (channelId === undefined || guestId === undefined || holder === undefined) return null;
    const grant = {
      channelId,
      version: Number(version),
      accountId: accountId || null,
      guestId,
      addressHash: addressHash || null,
      holder: holder || null,
    };
    const givenMs = Number(given);
    return { grant, givenMs, usedMs: givenMs };
  }

  #forgetOldest(): void {
    if (this.#remembered.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}
