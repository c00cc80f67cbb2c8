import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { PasswordChange, ProfileChange, SecurityView } from '../../protocol/account.js';
import { isReserved } from '../../common/reserved-names.js';
import { type Account, AccountRepository } from '../account.repository.js';
import type { LoginOrigin } from '../account.service.js';
import { LoginThrottle } from '../login-throttle.js';
import { PasswordHasher } from '../password-hasher.js';
import { assertNotCommon } from '../password-rules.js';
import { SecondFactorService } from '../second-factor/second-factor.service.js';
import { SessionService } from '../session.service.js';

/** Who has no password shows who it is by having logged in this short a time ago. */
const FRESH_MS = 10 * 60_000;

/** The log-in that asks. */
export type Asker = LoginOrigin & Readonly<{ accountId: string; sessionId: string | null }>;

/** What people change of their own account. */
@Injectable()
export class ProfileService {
  readonly #repository: AccountRepository;
  readonly #hasher: PasswordHasher;
  readonly #throttle: LoginThrottle;
  readonly #sessions: SessionService;
  readonly #factors: SecondFactorService;
  readonly #clock: Clock;

  // oxlint-disable-next-line max-params -- Nest's injection: all that shows who somebody is.
  constructor(
    repository: AccountRepository,
    hasher: PasswordHasher,
    throttle: LoginThrottle,
    sessions: SessionService,
    factors: SecondFactorService,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#repository = repository;
    this.#hasher = hasher;
    this.#throttle = throttle;
    this.#sessions = sessions;
    this.#factors = factors;
    this.#clock = clock;
  }

  /** @throws {DomainError} `username_taken` for a name that is reserved, or looks like another account's. */
  async rename(accountId: string, { displayName }: ProfileChange): Promise<Account> {
    const account = await this.#repository.find(accountId);
    if (account === null) throw gone();
    if (isReserved(displayName) && !account.isAdmin)
      throw new DomainError('username_taken', `“${displayName}” is reserved, choose another name.`);
    const changed = await this.#repository.setDisplayName(
      accountId,
      displayName === account.username ? '' : displayName,
    );
    if (changed === null) throw gone();
    if (changed === 'taken')
      throw new DomainError(
        'username_taken',
        `“${displayName}” looks like somebody else’s name, choose another.`,
      );
    return changed;
  }

  /**
   * Sets the password; all other log-ins of the account end.
   * @throws {DomainError} as {@link assertOwner}; `bad_request` for a common password.
   */
  async changePassword(asker: Asker, { current, password }: PasswordChange): Promise<void> {
    const { username } = await this.assertOwner(asker, current);
    assertNotCommon(password, username);
    await this.#repository.setPasswordHash(asker.accountId, await this.#hasher.hash(password));
    await this.#sessions.endAll(asker.accountId, { except: asker.sessionId });
  }

  /** How an account's owner can log in. */
  async security(accountId: string): Promise<SecurityView> {
    const account = await this.#repository.findWithSecrets({ id: accountId });
    if (account === null) throw gone();
    return {
      hasPassword: account.passwordHash !== null,
      secondFactor: account.totpEnabledAt !== null,
      recoveryCodesLeft: await this.#factors.codesLeft(accountId),
      provider: await this.#repository.hasProvider(accountId),
    };
  }

  /**
   * Asks once more who it is, before what a borrowed browser must not be enough for: the password; of
   * who has none, a log-in by the provider in the last ten minutes.
   * @throws {DomainError} `wrong_password`; `rate_limited` after too many of these.
   */
  async assertOwner(asker: Asker, password: string | undefined): Promise<Account> {
    const account = await this.#repository.findWithSecrets({ id: asker.accountId });
    if (account === null) throw gone();
    if (account.passwordHash === null) {
      await this.#assertFresh(asker.sessionId);
      return account;
    }
    const attempt = { username: account.username, address: asker.address, device: asker.device };
    const { passwordHash } = account;
    const isRight =
      password !== undefined &&
      (await this.#throttle.guess(attempt, () => this.#hasher.verify(password, passwordHash)));
    if (!isRight) throw new DomainError('wrong_password', 'This is not your password.');
    return account;
  }

  async #assertFresh(sessionId: string | null): Promise<void> {
    const beganAt = sessionId === null ? null : await this.#sessions.beganAt(sessionId);
    if (beganAt === null || this.#clock.nowMs() - beganAt.getTime() > FRESH_MS)
      throw new DomainError(
        'wrong_password',
        'Log out and in again first, so that we know that it is you.',
      );
  }
}

function gone(): DomainError {
  return new DomainError('not_logged_in', 'Log in first.');
}
