import { Inject, Injectable } from '@nestjs/common';
import { type Asker, OwnerCheck } from '../auth/owner-check.js';
import { PasswordHasher } from '../auth/password-hasher.js';
import { assertNotCommon } from '../auth/password-rules.js';
import { SessionService } from '../auth/sessions/session.service.js';
import { ApiTokenService } from '../auth/tokens/api-token.service.js';
import { StreamKeyService } from '../channels/stream-key/stream-key.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { PasswordChange, SessionsEnd } from '../protocol/account.js';
import type { EventOrigin } from '../security-log/security-event.js';
import { CredentialsRepository, type Ending } from './credentials.repository.js';

/** Changes an account's password, sessions, API tokens and stream keys together. */
@Injectable()
export class CredentialsService {
  // oxlint-disable-next-line max-params -- Injected by Nest: everything that gives access to an
  // account.
  constructor(
    private readonly repository: CredentialsRepository,
    private readonly owners: OwnerCheck,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionService,
    private readonly tokens: ApiTokenService,
    private readonly streamKeys: StreamKeyService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Changes the password. Ends all other sessions and, if requested, API tokens and stream keys,
   * because someone who knew the old password may have created them.
   * @throws {DomainError} see {@link OwnerCheck.assertOwner}; `bad_request` for a common password
   */
  async changePassword(asker: Asker, change: PasswordChange, from: EventOrigin): Promise<void> {
    const { current: password, code, password: next, endTokens, removeStreamKeys } = change;
    // The new password is checked first, because confirming the owner's identity uses up the code.
    assertNotCommon(next, asker.username);
    await this.owners.assertOwner(asker, { password, code });
    await this.#end({
      accountId: asker.accountId,
      passwordHash: await this.hasher.hash(next, asker.address),
      exceptSession: asker.sessionId,
      tokens: endTokens,
      streamKeys: removeStreamKeys,
      from,
    });
  }

  /** Ends all sessions except one and, if requested, API tokens and stream keys. */
  async endSessions(
    { accountId, exceptSession }: { accountId: string; exceptSession: string | null },
    { endTokens, removeStreamKeys }: SessionsEnd,
    from: EventOrigin,
  ): Promise<void> {
    await this.#end({
      accountId,
      passwordHash: null,
      exceptSession,
      tokens: endTokens,
      streamKeys: removeStreamKeys,
      from,
    });
  }

  /**
   * Revokes credentials in the database, then disconnects the sockets and publishers that use them.
   */
  async #end(ending: Omit<Ending, 'at'>): Promise<void> {
    const at = new Date(this.clock.nowMs());
    const { sessions, tokens, channels } = await this.repository.end({ ...ending, at });
    this.sessions.cut(sessions);
    this.tokens.cut(tokens);
    this.streamKeys.cut(channels);
  }
}
