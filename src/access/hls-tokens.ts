import type { Clock } from '../common/clock.js';
import type { Secrets } from '../secrets/secrets.js';

/** What a token says: who may fetch which channel, as of which version of its access. */
export type HlsGrant = Readonly<{
  channelId: string;
  version: number;
  accountId: string | null;
  guestId: string;
  /** Hash of the address of a guest whom it was given to. */
  addressHash: string | null;
  /** Who typed the channel's password that let in; null when it was something else. */
  holder: string | null;
}>;

/** A token that nobody fetches with for so long is void: a player that is paused may take a while. */
const IDLE_MS = 10 * 60_000;
/** However much it is used. */
const LIFETIME_MS = 24 * 3_600_000;
/** Tokens in use that are remembered; the one that was not used for longest is forgotten, and ages from its making. */
const REMEMBERED_MAX = 20_000;
const CONTEXT = 'hls';

type Remembered = { readonly grant: HlsGrant; readonly givenMs: number; usedMs: number };

/**
 * Tokens for paths: sealed, so that neither a log nor another viewer reads an account's id out of an
 * address. They are short-lived unless a player goes on using them. Who may fetch is asked of the policy
 * at each request; a token only says who does.
 */
export class HlsTokens {
  readonly idleMs = IDLE_MS;
  readonly #secrets: Secrets;
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(secrets: Secrets, clock: Clock) {
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /** Letters, digits, `-` and `_`. */
  give({ channelId, version, accountId, guestId, addressHash, holder }: HlsGrant): string {
    const nowMs = this.#clock.nowMs();
    const who = [accountId ?? '', guestId, addressHash ?? '', holder ?? ''];
    const fields = [channelId, version, nowMs, ...who];
    return this.#secrets.seal('hls-token', fields.join(' '), CONTEXT);
  }

  /** Null for what is no token of ours, or not any more. */
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
    // One that is not as long as this was given before it named its holder: players ask anew.
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
