import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { isReservedUsername } from '../common/reserved-names.js';
import { CONFIG, type Config } from '../config/config.js';
import type { AccountView, LoginRequest } from '../protocol/account.js';
import { AccountNames } from './account-names.js';
import { SecurityLog } from '../security-log/security-log.js';
import { type Account, AccountRepository, type NewAccount } from './account.repository.js';
import { eventOrigin } from './event-origin.js';
import { type LoginOrigin, LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';
import { assertNotCommon } from './password-rules.js';
import { CodeCheck } from './second-factor/code-check.js';

/** A request for a new account. */
type Registered = Readonly<{
  username: string;
  password: string;
  /** The client's address, or another key that identifies the client. */
  client: string;
}>;

/** Creates accounts, and authenticates them by username and password. */
@Injectable()
export class AccountService {
  readonly #basePath: string;

  // oxlint-disable-next-line max-params -- Injected by Nest: accounts, names, password and code
  // checks, and the log.
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
   * @throws {DomainError} `username_taken`, including if the name is reserved or looks like another
   *   account's name; `bad_request` for a common password; `unavailable` if too many passwords are
   *   being hashed
   */
  async create(account: Registered): Promise<Account> {
    const { username } = account;
    if (isReservedUsername(username))
      throw new DomainError(
        'username_taken',
        `The name “${username}” is reserved. Choose another.`,
      );
    const created = await this.repository.create(await this.#prepare(account));
    if (created === null) throw usernameTaken(username);
    return created;
  }

  /**
   * Creates the first administrator's account. The first administrator is the operator, and can
   * therefore use a reserved name. Resolves to null if an administrator exists.
   * @throws {DomainError} the errors of {@link create}, except for reserved names
   */
  async createFirstAdministrator(account: Registered): Promise<Account | null> {
    const prepared = await this.#prepare(account);
    const created = await this.repository.createFirstAdministrator(prepared);
    if (created === null) throw usernameTaken(account.username);
    return created === 'not_first' ? null : created;
  }

  async #prepare({ username, password, client }: Registered): Promise<NewAccount> {
    assertNotCommon(password, username);
    if (await this.names.isTaken(username)) throw usernameTaken(username);
    return { username, passwordHash: await this.hasher.hash(password, client) };
  }

  /**
   * @throws {DomainError} `wrong_credentials` if either the username or the password is wrong;
   *   `second_factor_required`, `wrong_code` or `account_disabled`, but only if the password is
   *   right; `rate_limited` after too many wrong attempts; `unavailable` if too many passwords are
   *   being checked
   */
  async authenticate(
    { username, password, code }: LoginRequest,
    from: LoginOrigin,
  ): Promise<Account> {
    const attempt = { username, ...from };
    const account = await this.repository.findWithSecrets({ username });
    const isRight = await this.throttle.guess(attempt, () =>
      this.hasher.verify(password, account?.passwordHash ?? null, from.address),
    );
    if (account === null || !isRight) {
      if (account !== null)
        this.log.writeLater({
          accountId: account.id,
          kind: 'log_in_failed',
          from: eventOrigin(from),
        });
      throw new DomainError('wrong_credentials', 'Wrong username or password.');
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
      'This account is disabled. Contact an administrator of this server.',
    );
}

function usernameTaken(username: string): DomainError {
  return new DomainError('username_taken', `The username “${username}” is taken. Choose another.`);
}
