import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { OwnerProof } from '../protocol/account.js';
import { SecurityLog } from '../security-log/security-log.js';
import { type Account, AccountRepository } from './account.repository.js';
import { eventOrigin } from './event-origin.js';
import { type LoginOrigin, LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';
import { CodeCheck } from './second-factor/code-check.js';
import { SessionService } from './sessions/session.service.js';

/** For an account without a password, a login that is at most this old proves ownership. */
const FRESH_MS = 10 * 60_000;

/** The error codes of {@link OwnerCheck.assertOwner}. */
export const PROOF_ERRORS = [
  'not_logged_in',
  'wrong_password',
  'second_factor_required',
  'wrong_code',
  'rate_limited',
] as const;

/** The login of the caller. */
export type Asker = LoginOrigin &
  Readonly<{ username: string; accountId: string; sessionId: string | null }>;

/**
 * Verifies the owner again before sensitive operations. Access to the owner's browser must not be
 * enough for these.
 */
@Injectable()
export class OwnerCheck {
  // oxlint-disable-next-line max-params -- Injected by Nest: everything that identifies an owner.
  constructor(
    private readonly accounts: AccountRepository,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly codes: CodeCheck,
    private readonly sessions: SessionService,
    private readonly log: SecurityLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Resolves if the caller has proved ownership with the password and, if two-factor authentication
   * is on, a code. For an account without a password, a login within the last ten minutes replaces
   * the password.
   * @throws {DomainError} `wrong_password`; `second_factor_required`, `wrong_code`; `rate_limited`
   *   after too many wrong passwords or codes; `not_logged_in` if the account no longer exists
   */
  async assertOwner(asker: Asker, { password, code }: OwnerProof): Promise<Account> {
    const account = await this.accounts.findWithSecrets({ id: asker.accountId });
    if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
    if (account.passwordHash === null) await this.#assertFresh(asker.sessionId);
    else await this.#assertPassword(asker, password, account.passwordHash);
    await this.codes.assertRight(account, code, asker);
    return account;
  }

  async #assertPassword(asker: Asker, password: string | undefined, hash: string): Promise<void> {
    const isRight =
      password !== undefined &&
      (await this.throttle.guess(asker, () => this.hasher.verify(password, hash, asker.address)));
    if (isRight) return;
    if (password !== undefined)
      this.log.writeLater({
        accountId: asker.accountId,
        kind: 'proof_failed',
        from: eventOrigin(asker),
      });
    throw new DomainError('wrong_password', 'Wrong password.');
  }

  async #assertFresh(sessionId: string | null): Promise<void> {
    const beganAt = sessionId === null ? null : await this.sessions.beganAt(sessionId);
    if (beganAt === null || this.clock.nowMs() - beganAt.getTime() > FRESH_MS)
      throw new DomainError(
        'wrong_password',
        'To confirm that it’s you, log out and log in again first.',
      );
  }
}
