import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { isReservedUsername } from '../common/reserved-names.js';
import { CONFIG, type Config } from '../config/config.js';
import type { AccountView, LoginRequest } from '../protocol/account.js';
import { AccountNames } from './account-names.js';
import { SecurityLog } from '../security-log/security-log.service.js';
import { type Account, AccountRepository } from './account.repository.js';
import { eventOrigin } from './event-origin.js';
import { type LoginOrigin, LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';
import { assertNotCommon } from './password-rules.js';
import { CodeCheck } from './second-factor/code-check.js';

/** Creates accounts, and authenticates them by username and password. */
@Injectable()
export class AccountService {
  readonly #basePath: string;

  // oxlint-disable-next-line max-params -- Nest's injection: where accounts and their names are, what checks who asks, the log.
  constructor(
    private readonly repository: AccountRepository,
    private readonly names: AccountNames,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly codes: CodeCheck,
    private readonly log: SecurityLog,
    @Inject(CONFIG) { http }: Config,
  ) {
    this.#basePath = http.basePath;
  }

  /**
   * Creates an account; {@link RegistrationService} decides whether this is allowed.
   * @throws {DomainError} `username_taken`, also for a reserved or confusable name; `bad_request`
   *   for a common password; `unavailable` when too many passwords are hashed at once
   */
  async create(account: {
    username: string;
    password: string;
    isAdmin?: boolean;
  }): Promise<Account> {
    const { username, password, isAdmin = false } = account;
    assertNotCommon(password, username);
    // Whoever creates the first administrator runs the service.
    if (!isAdmin && isReservedUsername(username))
      throw new DomainError(
        'username_taken',
        `The name “${username}” is reserved, choose another.`,
      );
    if (await this.names.isTaken(username)) throw usernameTaken(username);
    const passwordHash = await this.hasher.hash(password);
    const created = await this.repository.create({ username, passwordHash, isAdmin });
    if (created === null) throw usernameTaken(username);
    return created;
  }

  /**
   * @throws {DomainError} `wrong_credentials`, without saying which of the two is wrong;
   *   `second_factor_required`, `wrong_code` and `account_disabled`, only with the right password;
   *   `rate_limited` after too many wrong attempts; `unavailable` when too many passwords are
   *   checked at once
   */
  async authenticate(
    { username, password, code }: LoginRequest,
    from: LoginOrigin,
  ): Promise<Account> {
    const attempt = { username, ...from };
    const account = await this.repository.findWithSecrets({ username });
    const isRight = await this.throttle.guess(attempt, () =>
      this.hasher.verify(password, account?.passwordHash ?? null),
    );
    if (account === null || !isRight) {
      if (account !== null)
        this.log.writeLater({
          accountId: account.id,
          kind: 'log_in_failed',
          from: eventOrigin(from),
        });
      throw new DomainError('wrong_credentials', 'The username or the password is wrong.');
    }
    assertEnabled(account);
    await this.codes.assertRight(account, code, attempt);
    return account;
  }

  /** Finds an account; null if it no longer exists. */
  async find(id: string): Promise<Account | null> {
    return this.repository.find(id);
  }

  view(account: Account): AccountView {
    const { id, username, displayName, avatar, isAdmin, createdAt } = account;
    return {
      id,
      username,
      displayName: displayName === '' ? username : displayName,
      avatar: avatar === null ? null : `${this.#basePath}/avatars/${avatar.version}.webp`,
      isAdmin,
      createdAt: createdAt.toISOString(),
    };
  }
}

/** @throws {DomainError} `account_disabled` */
export function assertEnabled({ disabledAt }: Pick<Account, 'disabledAt'>): void {
  if (disabledAt !== null)
    throw new DomainError(
      'account_disabled',
      'This account was disabled. Ask the people who run this service.',
    );
}

function usernameTaken(username: string): DomainError {
  return new DomainError('username_taken', `The username “${username}” is taken, choose another.`);
}
