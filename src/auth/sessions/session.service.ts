import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { type Bus, BUS } from '../../cluster/bus.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { Cookies } from '../../common/cookies.js';
import type { Identity } from '../../common/identity.js';
import { LOG, type Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Jobs } from '../../db/jobs.js';
import { Secrets } from '../../secrets/secrets.js';
import { type EventOrigin, NOWHERE } from '../../security-log/security-event.js';
import { coarseAddress } from '../coarse-address.js';
import { eventOrigin } from '../event-origin.js';
import { GuestDevices } from '../guest-devices.js';
import { SessionCookies } from './session-cookies.js';
import { type OwnSession, SessionRepository, type SessionRow } from './session.repository.js';

const ROTATE_AFTER_MS = 24 * 3_600_000;
/**
 * How long an old token is still accepted after a rotation, for requests that were sent before the
 * rotation.
 */
const PREVIOUS_TOKEN_MS = 60_000;
/** The minimum interval between extensions of the stored expiry time of a session in use. */
const EXTEND_AFTER_MS = 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;
/** The bus topic on which nodes report the ids of sessions that ended. */
const ENDED_TOPIC = 'sessions-ended';
const EndedIds = z.array(z.string());
/** The maximum number of ids per message. */
const IDS_MAX = 100;

/** The maximum stored length of a User-Agent header. */
const USER_AGENT_MAX = 300;

/** The origin of a session. Only the network of the address is stored. */
export type SessionOrigin = Readonly<{ userAgent: string; address: string }>;

/** The kind of login, for the security log. */
export type BeginKind = 'registered' | 'logged_in' | 'new_device';

/** An identity and the cookies that preserve it. */
export type Identified = Identity & Readonly<{ setCookies?: readonly string[] }>;

/**
 * Manages sessions. The browser stores a token in a cookie, and the database stores its SHA-256.
 */
@Injectable()
export class SessionService implements OnModuleInit, OnModuleDestroy {
  readonly #emitter = new TypedEmitter<{ sessionEnded: [sessionId: string] }>();
  /** `sessionEnded`: the session has ended or expired, and its sockets must be disconnected. */
  readonly events = this.#emitter.listenable;
  readonly #sessionMs: number;
  readonly #cookies: SessionCookies;
  readonly #devices: GuestDevices;
  readonly #log: Log;
  #stopSweeping: () => void = () => undefined;
  #stopListening: () => void = () => undefined;

  // oxlint-disable-next-line max-params -- Injected by Nest: storage, secrets, the configuration,
  // the clock, the log and the bus.
  constructor(
    private readonly repository: SessionRepository,
    private readonly jobs: Jobs,
    secrets: Secrets,
    @Inject(BUS) private readonly bus: Bus,
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
    this.#stopListening = this.bus.on(ENDED_TOPIC, (ids) =>
      this.cutHere(EndedIds.safeParse(ids).data ?? []),
    );
    this.#stopSweeping = this.jobs.every({
      name: 'sessions',
      everyMs: SWEEP_EVERY_MS,
      work: () => this.sweep(),
      log: this.#log,
    });
  }

  onModuleDestroy(): void {
    this.#stopSweeping();
    this.#stopListening();
    this.#emitter.clear();
  }

  /**
   * Identifies the sender of a request or socket handshake. Creates a guest id if the sender
   * doesn't have one.
   *
   * @param from.cookieHeader the Cookie header
   * @param from.mayRotate whether `setCookies` will be sent; only then is a token rotated
   * @param from.origin the origin for the security log, in case a token was stolen
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
    if (token !== null && session === null) cookies.push(this.#cookies.session(null)); // saves the next lookup
    else if (token !== null && session !== null && mayRotate)
      cookies.push(...(await this.#refresh(token, session)));
    return {
      account: session?.account ?? null,
      sessionId: session?.id ?? null,
      guestId: known ?? fresh?.id ?? '',
      ...(cookies.length > 0 ? { setCookies: cookies } : {}),
    };
  }

  /** Starts a session for an account with a new token; resolves with the cookie to set. */
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
      this.cut([sessionId]);
    }
    return { setCookie: this.#cookies.session(null) };
  }

  /** Lists an account's sessions, most recently used first. */
  async list(accountId: string): Promise<OwnSession[]> {
    return this.repository.list(accountId, new Date(this.clock.nowMs()));
  }

  /** Returns the time at which a session started; null if it has ended. */
  async beganAt(sessionId: string): Promise<Date | null> {
    return this.repository.beganAt(sessionId);
  }

  /** Ends one of an account's sessions; resolves to false if it doesn't exist. */
  async endOwn(accountId: string, sessionId: string, from: EventOrigin): Promise<boolean> {
    const which = { accountId, id: sessionId };
    const act = { at: this.#now(), from };
    const ended = await this.repository.deleteOwn(which, act, 'sessions_ended');
    if (ended) this.cut([sessionId]);
    return ended;
  }

  /** Ends all of an account's sessions except one. */
  async endAll(accountId: string, { except }: { except: string | null }): Promise<void> {
    this.cut(await this.repository.deleteAll(accountId, except));
  }

  /** Disconnects the sockets of sessions that are no longer valid, on all nodes. */
  cut(ids: readonly string[]): void {
    this.cutHere(ids);
    for (let from = 0; from < ids.length; from += IDS_MAX)
      this.bus.publish(ENDED_TOPIC, ids.slice(from, from + IDS_MAX));
  }

  /** Disconnects this node's sockets of sessions that are no longer valid. */
  cutHere(ids: readonly string[]): void {
    for (const id of ids) this.#emitter.emit('sessionEnded', id);
  }

  /** Returns which of the sessions have ended. */
  async endedAmong(ids: readonly string[]): Promise<string[]> {
    const open = await this.repository.existing(ids);
    return ids.filter((id) => !open.has(id));
  }

  /** Deletes expired sessions. Called every hour, on one node, and by tests. */
  async sweep(): Promise<void> {
    const ids = await this.repository.deleteExpired(new Date(this.clock.nowMs()));
    this.cut(ids);
    if (ids.length > 0) this.#log.debug({ count: ids.length }, 'expired sessions deleted');
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
   * Ends a session whose rotated token was used again. Two clients then have the token, and it is
   * unknown which of them is the owner's. RFC 9700, section 4.14.2, requires the same for refresh
   * tokens.
   */
  async #endReplayed({ id, account }: SessionRow, from: EventOrigin): Promise<void> {
    const which = { accountId: account.id, id };
    const act = { at: this.#now(), from };
    if (!(await this.repository.deleteOwn(which, act, 'session_replayed'))) return;
    this.cut([id]);
    this.#log.warn(
      { accountId: account.id },
      'a rotated session token was reused; the session was ended',
    );
  }

  /**
   * Rotates the token if a rotation is due; otherwise extends the session. Resolves with the
   * cookies to set.
   */
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
