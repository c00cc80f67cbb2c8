import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { Identity } from '../../common/identity.js';
import {
  type CreatedToken,
  type NewToken,
  TOKEN_SCOPES,
  type TokenView,
} from '../../protocol/account-tokens.js';
import { TOKENS_MAX } from '../../protocol/limits.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { SessionService } from '../sessions/session.service.js';
import { type ApiToken, ApiTokenRepository } from './api-token.repository.js';

const DAY_MS = 86_400_000;
/** The last use is stored at most this often. */
const USE_EVERY_MS = 5 * 60_000;
/** Identifies a leaked token, for people and secret scanners. */
const PREFIX = 'onair_';
const BEARER = /^Bearer +(onair_[\w-]{43})$/i;

/**
 * Whether an Authorization header holds a token; other schemes may be meant for a proxy in front of
 * us.
 */
export function isBearer(authorization: string | undefined): authorization is string {
  return authorization !== undefined && /^Bearer\b/i.test(authorization);
}

/** Whether it looks like one of our API tokens, valid or not. */
export function isApiToken(authorization: string): boolean {
  return BEARER.test(authorization);
}

/** Manages tokens by which programs act for an account: shown once, stored as SHA-256. */
@Injectable()
export class ApiTokenService {
  constructor(
    private readonly repository: ApiTokenRepository,
    private readonly sessions: SessionService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Creates a token; the caller must have verified the owner.
   * @throws {DomainError} `token_limit`; `forbidden` for the scope `admin` without being
   *   administrator
   */
  async create(
    { id: accountId, isAdmin }: { id: string; isAdmin: boolean },
    { name, scopes, expiresInDays }: Pick<NewToken, 'name' | 'scopes' | 'expiresInDays'>,
    from: EventOrigin,
  ): Promise<CreatedToken> {
    if (scopes.includes('admin') && !isAdmin)
      throw new DomainError('forbidden', 'Only an administrator’s token can have the scope admin.');
    const at = new Date(this.clock.nowMs());
    const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const created = await this.repository.create(
      {
        accountId,
        name,
        tokenHash: hashOf(token),
        scopes: TOKEN_SCOPES.filter((scope) => scopes.includes(scope)),
        expiresAt: expiresInDays === null ? null : new Date(at.getTime() + expiresInDays * DAY_MS),
      },
      { max: TOKENS_MAX, at, from },
    );
    if (created === null)
      throw new DomainError(
        'token_limit',
        `An account can have ${TOKENS_MAX} tokens. Delete one to make another.`,
      );
    return { ...this.#view(created), token };
  }

  async list(accountId: string): Promise<TokenView[]> {
    return (await this.repository.list(accountId)).map((token) => this.#view(token));
  }

  /**
   * Revokes a token and disconnects its sockets.
   * @throws {DomainError} `not_found`
   */
  async delete(accountId: string, id: string, from: EventOrigin): Promise<void> {
    const act = { at: new Date(this.clock.nowMs()), from };
    if (!(await this.repository.delete(accountId, id, act)))
      throw new DomainError('not_found', 'There is no such token.');
    this.sessions.cut([id]);
  }

  /** Disconnects the sockets of all tokens of an account that is no longer allowed to act. */
  async cut(accountId: string): Promise<void> {
    this.sessions.cut(await this.repository.idsOf(accountId));
  }

  /**
   * Identifies the sender of a request with an Authorization header.
   * @throws {DomainError} `not_logged_in` without a valid token
   */
  async identify(authorization: string): Promise<Identity> {
    const [, token] = BEARER.exec(authorization) ?? [];
    const now = new Date(this.clock.nowMs());
    const used = token === undefined ? null : await this.repository.findUsable(hashOf(token), now);
    if (used === null) throw new DomainError('not_logged_in', 'This API token is not valid.');
    const { id, lastUsedAt, account } = used;
    if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= USE_EVERY_MS)
      await this.repository.setLastUsed(id, now);
    return { account, sessionId: id, guestId: `token-${id}`, scopes: knownScopes(used) };
  }

  #view(token: ApiToken): TokenView {
    const { id, name, createdAt, lastUsedAt, expiresAt } = token;
    return {
      id,
      name,
      scopes: knownScopes(token),
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
      expiresAt: expiresAt?.toISOString() ?? null,
    };
  }
}

const knownScopes = ({ scopes }: ApiToken) =>
  TOKEN_SCOPES.filter((scope) => scopes.includes(scope));

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
