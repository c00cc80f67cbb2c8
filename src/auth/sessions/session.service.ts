import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { Cookies } from '../../common/cookies.js';
import type { Identity } from '../../common/identity.js';
import { LOG, type Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Secrets } from '../../secrets/secrets.js';
import { type EventOrigin, NOWHERE } from '../../security-log/security-event.js';
import { coarseAddress } from '../coarse-address.js';
import { eventOrigin } from '../event-origin.js';
import { GuestDevices } from '../guest-devices.js';
import { SessionCookies } from './session-cookies.js';
import { type OwnSession, SessionRepository, type SessionRow } from './session.repository.js';

const ROTATE_AFTER_MS = 24 * 3_600_000;
/** Grace period for requests that were sent with the old token before its rotation. */
const PREVIOUS_TOKEN_MS = 60_000;
/** Use extends the expiry, which is stored at most this often. */
const EXTEND_AFTER_MS = 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Stored length of a User-Agent header. */
const USER_AGENT_MAX = 300;

/** The origin of a log-in. Only the network of the address is stored. */
export type SessionOrigin = Readonly<{ userAgent: string; address: string }>;

/** The kind of log-in for the security log. */
export type BeginKind = 'registered' | 'logged_in' | 'new_device';

/** An identity, and the cookies that preserve it. */
export type Identified = Identity & Readonly<{ setCookies?: readonly string[] }>;

/** Manages log-ins: the browser has a token in a cookie, the database its SHA-256. */
@Injectable()
export class SessionService implements OnModuleInit, OnModuleDestroy {
  /** `sessionEnded`: logged out or expired; disconnect its sockets. */
  readonly events = new TypedEmitter<{ sessionEnded: [sessionId: string] }>();
  readonly #sessionMs: number;
  readonly #cookies: SessionCookies;
  readonly #devices: GuestDevices;
  readonly #log: Log;
  #sweeper: NodeJS.Timeout | undefined;

  // oxlint-disable-next-line max-params -- Nest's injection: what it uses, the configuration, the clock, the log.
  constructor(
    private readonly repository: SessionRepository,
    secrets: Secrets,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#devices = new GuestDevices(secrets);
    this.#sessionMs = config.auth.sessionMs;
    this.#cookies = new SessionCookies(new Cookies(config.http), config.auth);
    this.#log = log.child({ part: 'sessions' });
  }

  onModuleInit(): void {
    const sweep = () =>
      void this.sweep().catch((err: unknown) => this.#log.warn({ err }, 'sweep failed'));
    this.#sweeper = setInterval(sweep, SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#sweeper);
    this.events.clear();
  }

  /**
   * Identifies the sender of a request or a socket's handshake. Creates a guest id if there is
   * none.
   *
   * @param from.cookieHeader the Cookie header
   * @param from.mayRotate whether `setCookies` will be sent; a token is only rotated then
   * @param from.origin for the security log, if a token was stolen
   */
  async identify({
    cookieHeader,
    mayRotate = false,
    origin = NOWHERE,
  }: {
    cookieHeader: string | undefined;
    mayRotate?: boolean;
    origin?: EventOrigin;
  }): Promise<Identified> {
    const { token, guestToken } = this.#cookies.read(cookieHeader);
    const known = this.#devices.idOf(guestToken);
    const fresh = known === null ? this.#devices.create() : null;
    const cookies = fresh === null ? [] : [this.#cookies.guest(fresh.token)];
    const session = token === null ? null : await this.#find(token, origin);
    if (token !== null && session === null) cookies.push(this.#cookies.session(null)); // gone: spare us the next look-up
    else if (token !== null && session !== null && mayRotate)
      cookies.push(...(await this.#refresh(token, session)));
    return {
      account: session?.account ?? null,
      sessionId: session?.id ?? null,
      guestId: known ?? fresh?.id ?? '',
      ...(cookies.length > 0 ? { setCookies: cookies } : {}),
    };
  }

  /** Logs an account in with a new token; resolves with the cookie to set. */
  async begin(
    accountId: string,
    from: SessionOrigin,
    kind: BeginKind,
  ): Promise<{ sessionId: string; setCookie: string }> {
    const token = newToken();
    const { id } = await this.repository.create(
      {
        accountId,
        tokenHash: hashOf(token),
        now: this.#now(),
        expiresAt: this.#nextExpiry(),
        userAgent: from.userAgent.slice(0, USER_AGENT_MAX),
        address: coarseAddress(from.address),
      },
      { accountId, kind, from: eventOrigin(from) },
    );
    this.cut(await this.repository.deleteSurplus(accountId));
    return { sessionId: id, setCookie: this.#cookies.session(token) };
  }

  /** Logs out; resolves with the cookie to set. */
  async end(sessionId: string | null): Promise<{ setCookie: string }> {
    if (sessionId !== null) {
      await this.repository.delete(sessionId);
      this.events.emit('sessionEnded', sessionId);
    }
    return { setCookie: this.#cookies.session(null) };
  }

  /** Lists an account's log-ins, most recently used first. */
  async list(accountId: string): Promise<OwnSession[]> {
    return this.repository.list(accountId, new Date(this.clock.nowMs()));
  }

  /** Returns when a log-in began; null if it has ended. */
  async beganAt(sessionId: string): Promise<Date | null> {
    return this.repository.beganAt(sessionId);
  }

  /** Ends one of an account's log-ins; resolves with false if it does not exist. */
  async endOwn(accountId: string, sessionId: string, from: EventOrigin): Promise<boolean> {
    const which = { accountId, id: sessionId };
    const act = { at: this.#now(), from };
    const ended = await this.repository.deleteOwn(which, act, 'sessions_ended');
    if (ended) this.cut([sessionId]);
    return ended;
  }

  /** Ends all of an account's log-ins except one. */
  async endAll(accountId: string, { except }: { except: string | null }): Promise<void> {
    this.cut(await this.repository.deleteAll(accountId, except));
  }

  /** Disconnects the sockets of log-ins and API tokens that are no longer valid. */
  cut(ids: readonly string[]): void {
    for (const id of ids) this.events.emit('sessionEnded', id);
  }

  /** Deletes expired log-ins; called by the hourly timer and tests. */
  async sweep(): Promise<void> {
    const ids = await this.repository.deleteExpired(new Date(this.clock.nowMs()));
    this.cut(ids);
    if (ids.length > 0) this.#log.debug({ count: ids.length }, 'expired log-ins deleted');
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }

  #nextExpiry(): Date {
    return new Date(this.clock.nowMs() + this.#sessionMs);
  }

  async #find(token: string, origin: EventOrigin): Promise<SessionRow | null> {
    const session = await this.repository.findByTokenHash(hashOf(token));
    if (session === null) return null;
    const nowMs = this.clock.nowMs();
    if (session.expiresAt.getTime() <= nowMs) return null;
    const isReplayed =
      session.byPreviousToken && nowMs - session.rotatedAt.getTime() > PREVIOUS_TOKEN_MS;
    if (!isReplayed) return session;
    await this.#endReplayed(session, origin);
    return null;
  }

  /**
   * Ends a log-in whose rotated token was used again: two clients have it, and the owner cannot be
   * told apart (RFC 9700 4.14.2 on refresh tokens).
   */
  async #endReplayed({ id, account }: SessionRow, from: EventOrigin): Promise<void> {
    const which = { accountId: account.id, id };
    const act = { at: this.#now(), from };
    if (!(await this.repository.deleteOwn(which, act, 'session_replayed'))) return;
    this.cut([id]);
    this.#log.warn({ accountId: account.id }, 'an exchanged log-in token came back');
  }

  /** Rotates a token that is due, or extends its expiry; resolves with the cookies to set. */
  async #refresh(token: string, session: SessionRow): Promise<string[]> {
    if (session.byPreviousToken) return [];
    const nowMs = this.clock.nowMs();
    const expiresAt = this.#nextExpiry();
    if (nowMs - session.rotatedAt.getTime() >= ROTATE_AFTER_MS) {
      const next = newToken();
      const now = new Date(nowMs);
      const rotated = await this.repository.rotate(session.id, hashOf(token), hashOf(next), {
        now,
        expiresAt,
      });
      return rotated ? [this.#cookies.session(next)] : [];
    }
    if (expiresAt.getTime() - session.expiresAt.getTime() < EXTEND_AFTER_MS) return [];
    await this.repository.extend(session.id, { now: new Date(nowMs), expiresAt });
    return [this.#cookies.session(token)];
  }
}

const newToken = () => randomBytes(32).toString('base64url');

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
