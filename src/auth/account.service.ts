import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { AccountView, Credentials, LoginRequest } from '../protocol/account.js';
import { type Account, AccountRepository } from './account.repository.js';
import { LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';

/** Accounts: made by a username and a password, found by them again. */
@Injectable()
export class AccountService {
  readonly #repository: AccountRepository;
  readonly #hasher: PasswordHasher;
  readonly #throttle: LoginThrottle;

  constructor(repository: AccountRepository, hasher: PasswordHasher, throttle: LoginThrottle) {
    this.#repository = repository;
    this.#hasher = hasher;
    this.#throttle = throttle;
  }

  /** @throws {DomainError} `username_taken`; `unavailable` when too many log in at once. */
  async register({ username, password }: Credentials): Promise<Account> {
    if (await this.#repository.exists(username)) throw usernameTaken(username);
    const account = await this.#repository.create(username, await this.#hasher.hash(password));
    if (account === null) throw usernameTaken(username);
    return account;
  }

  /**
   * @param address where the request is from, for the throttle
   * @throws {DomainError} `wrong_credentials`, without saying which of the two is wrong;
   *   `rate_limited` after too many of these; `unavailable` when too many log in at once.
   */
  async authenticate({ username, password }: LoginRequest, address: string): Promise<Account> {
    this.#throttle.check(username, address);
    const account = await this.#repository.findWithHash(username);
    const isRight = await this.#hasher.verify(password, account?.passwordHash ?? null);
    if (account !== null && isRight) return account;
    this.#throttle.failed(username, address);
    throw new DomainError('wrong_credentials', 'The username or the password is wrong.');
  }

  /** Null when it is gone. */
  async find(id: string): Promise<Account | null> {
    return this.#repository.find(id);
  }

  view({ id, username, createdAt }: Account): AccountView {
    return { id, username, createdAt: createdAt.toISOString() };
  }
}

function usernameTaken(username: string): DomainError {
  return new DomainError('username_taken', `The username “${username}” is taken, choose another.`);
}
