import type { Clock } from '../common/clock.js';
import type { Secrets } from '../secrets/secrets.js';

/** The content of a token: its holder, the channel, and the version of the channel's access. */
export type HlsGrant = Readonly<{
  channelId: string;
  version: number;
  accountId: string | null;
  /** The account's session or API token, with which this token ends; null for a guest. */
  sessionId: string | null;
  guestId: string;
  /** The hash of the address of the guest to whom the token was issued; null for an account. */
  addressHash: string | null;
  /** The holder of the channel pass that gave access; null if no pass was needed. */
  holder: string | null;
}>;

/**
 * The time after which an unused token expires, on a server that sees every use. It is long enough
 * for a paused player.
 */
const IDLE_MS = 10 * 60_000;
/** The maximum lifetime, no matter how often the token is used. */
const LIFETIME_MS = 24 * 3_600_000;
/**
 * The maximum number of tokens whose last use is stored. Beyond it, the least recently used token
 * is evicted, and its idle time then counts from its creation.
 */
const REMEMBERED_MAX = 20_000;
const CONTEXT = 'hls';

type Remembered = { readonly grant: HlsGrant; readonly givenMs: number; usedMs: number };

/**
 * Issues and reads the tokens in paths. They are encrypted, so that an account's id can't be read
 * from logs or by other viewers, and short-lived unless a player keeps using them. A token only
 * identifies its holder. Each request is checked against the policy, and for whether the holder is
 * still logged in.
 */
export class HlsTokens {
  /** The time after which an unused token expires, in milliseconds. */
  readonly idleMs: number;
  readonly #secrets: Secrets;
  readonly #clock: Clock;
  /** The stored tokens in order of last use. */
  readonly #remembered = new Map<string, Remembered>();

  /**
   * @param options.isNode whether other nodes receive requests with the same tokens. A node can't
   *   see those uses, so it lets tokens expire only at the end of their lifetime.
   */
  constructor(secrets: Secrets, clock: Clock, { isNode = false } = {}) {
    this.idleMs = isNode ? LIFETIME_MS : IDLE_MS;
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /** Issues a token, which consists of letters, digits, `-` and `_`. */
  give(grant: HlsGrant): string {
    const { channelId, version, accountId, sessionId, guestId, addressHash, holder } = grant;
    const nowMs = this.#clock.nowMs();
    const who = [accountId ?? '', guestId, addressHash ?? '', holder ?? '', sessionId ?? ''];
    const fields = [channelId, version, nowMs, ...who];
    return this.#secrets.seal('hls-token', fields.join(' '), CONTEXT);
  }

  /** Returns a token's content; null if it is invalid or has expired. */
  read(token: string): HlsGrant | null {
    const nowMs = this.#clock.nowMs();
    const known = this.#remembered.get(token) ?? this.#unseal(token);
    if (!known) return null;
    this.#remembered.delete(token);
    if (nowMs - known.usedMs > this.idleMs || nowMs - known.givenMs > LIFETIME_MS) return null;
    known.usedMs = nowMs;
    this.#remembered.set(token, known);
    this.#forgetOldest();
    return known.grant;
  }

  #unseal(token: string): Remembered | null {
    const text = this.#secrets.unseal('hls-token', token, CONTEXT);
    const [channelId, version, given, accountId, guestId, addressHash, holder, sessionId] =
      text?.split(' ') ?? [];
    // Tokens issued by older versions contain no session. Players with such a token request a new
    // one.
    if (channelId === undefined || guestId === undefined || sessionId === undefined) return null;
    const grant = {
      channelId,
      version: Number(version),
      accountId: accountId || null,
      sessionId: sessionId || null,
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
