import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../../cluster/bus.js';
import { shared } from '../../cluster/shared.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { Identity } from '../../common/identity.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import {
  type CreatedToken,
  type NewToken,
  TOKEN_SCOPES,
  type TokenView,
} from '../../protocol/account-tokens.js';
import { TOKENS_MAX } from '../../protocol/limits.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { type ApiToken, ApiTokenRepository } from './api-token.repository.js';

const DAY_MS = 86_400_000;
/** The minimum interval between updates of the stored time of a token's last use. */
const USE_EVERY_MS = 5 * 60_000;
/** The prefix of all tokens, so that people and secret scanners can recognize a leaked token. */
const PREFIX = 'onair_';
const BEARER = /^Bearer +(onair_[\w-]{43})$/i;

/**
 * Whether an Authorization header has the Bearer scheme; other schemes may be meant for a reverse
 * proxy.
 */
export function isBearer(authorization: string | undefined): authorization is string {
  return authorization !== undefined && /^Bearer\b/i.test(authorization);
}

/** Whether an Authorization header has the format of an API token, valid or not. */
export function isApiToken(authorization: string): boolean {
  return BEARER.test(authorization);
}

/**
 * Manages the tokens with which programs act for an account. A token is shown only once. The
 * database stores its SHA-256.
 */
@Injectable()
export class ApiTokenService {
  readonly #emitter = new TypedEmitter<{ revoked: [tokenId: string] }>();
  /** `revoked`: the token is no longer valid, and its sockets must be disconnected. */
  readonly events = this.#emitter.listenable;

  /** Disconnects the sockets of tokens on all nodes. */
  readonly #cut: (ids: string[]) => void;

  constructor(
    private readonly repository: ApiTokenRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
  ) {
    this.#cut = shared(bus, 'tokens-revoked', {
      schema: z.array(z.string()),
      apply: (ids) => this.cutHere(ids),
    });
  }

  /**
   * Creates a token. The caller must have verified the owner.
   * @throws {DomainError} `token_limit`; `forbidden` for the scope `admin` unless the account is an
   *   administrator
   */
  async create(
    { id: accountId, isAdmin }: { id: string; isAdmin: boolean },
    { name, scopes, expiresInDays }: Pick<NewToken, 'name' | 'scopes' | 'expiresInDays'>,
    from: EventOrigin,
  ): Promise<CreatedToken> {
    if (scopes.includes('admin') && !isAdmin)
      throw new DomainError(
        'forbidden',
        'Only administrators can create tokens with the scope admin.',
      );
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
        `You have reached the limit of ${TOKENS_MAX} API tokens. Delete one to create another.`,
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
    this.cut([id]);
  }

  /** Disconnects the sockets of all of an account's tokens, which are no longer valid. */
  async cutAll(accountId: string): Promise<void> {
    this.cut(await this.repository.idsOf(accountId));
  }

  /** Disconnects the sockets of tokens that are no longer valid, on all nodes. */
  cut(ids: readonly string[]): void {
    this.#cut([...ids]);
  }

  /** Disconnects this node's sockets of tokens that are no longer valid. */
  cutHere(ids: readonly string[]): void {
    for (const id of ids) this.#emitter.emit('revoked', id);
  }

  /** Returns which of the tokens no longer exist. */
  async revokedAmong(ids: readonly string[]): Promise<string[]> {
    const known = await this.repository.existing(ids);
    return ids.filter((id) => !known.has(id));
  }

  /**
   * Identifies the sender of a request by its Authorization header.
   * @throws {DomainError} `not_logged_in` if there is no valid token
   */
  async identify(authorization: string): Promise<Identity> {
    const [, token] = BEARER.exec(authorization) ?? [];
    const now = new Date(this.clock.nowMs());
    const used = token === undefined ? null : await this.repository.findUsable(hashOf(token), now);
    if (used === null)
      throw new DomainError('not_logged_in', 'This API token is invalid or has expired.');
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
