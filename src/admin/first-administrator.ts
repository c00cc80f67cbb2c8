import { Inject, Injectable } from '@nestjs/common';
import type { Account } from '../auth/account.repository.js';
import { AccountService } from '../auth/account.service.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import type { SetupRequest } from '../protocol/admin.js';
import { Secrets } from '../secrets/secrets.js';
import type { Administrator } from '../security-log/admin-event.repository.js';
import { SecurityLog } from '../security-log/security-log.js';
import { AdminRepository } from './admin.repository.js';

/**
 * Creates the first administrator through a link that is printed only in the log. The link's token
 * is derived from the master secret and the database's id, so all nodes print and accept the same
 * link. The link is valid until an administrator exists.
 */
@Injectable()
export class FirstAdministrator {
  readonly #publicUrl: string;

  // oxlint-disable-next-line max-params -- Injected by Nest: accounts, secrets, the configuration
  // and the logs.
  constructor(
    private readonly repository: AdminRepository,
    private readonly accounts: AccountService,
    private readonly secrets: Secrets,
    private readonly acts: SecurityLog,
    @Inject(CONFIG) config: Config,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#publicUrl = config.http.publicUrl;
  }

  /**
   * Returns the link to print, which is valid until it is used; null if an administrator exists.
   */
  async link(): Promise<string | null> {
    if (await this.repository.hasAdministrator()) return null;
    const token = this.secrets.sign('first-administrator', await this.repository.databaseId());
    return `${this.#publicUrl}/setup?token=${token}`;
  }

  /**
   * Creates an administrator account.
   * @throws {DomainError} `forbidden` for an invalid or used link; the errors of {@link
   *   AccountService.create}, after which the link remains valid
   */
  async create({ token, username, password }: SetupRequest): Promise<Account> {
    await this.#assertValid(token);
    const account = await this.accounts.createFirstAdministrator({
      username,
      password,
      client: 'setup',
    });
    if (account === null) throw refused();
    await this.#record(account);
    return account;
  }

  /**
   * Makes an existing account an administrator.
   * @throws {DomainError} `forbidden` for an invalid or used link
   */
  async claim(token: string, account: Administrator): Promise<void> {
    await this.#assertValid(token);
    if (!(await this.repository.appointFirst(account.id))) throw refused();
    await this.#record(account);
  }

  async #record(by: Administrator): Promise<void> {
    this.log.info('the first administrator was created');
    const kind = 'became_first_administrator';
    await this.acts.writeAct({ by, kind, subject: by.username, accountId: by.id });
  }

  /**
   * Checks the token before a password is hashed. If two people use the link at once, the second
   * one is refused in a later step.
   */
  async #assertValid(token: string): Promise<void> {
    const id = await this.repository.databaseId();
    if (!this.secrets.isSigned('first-administrator', id, token)) throw refused();
    if (await this.repository.hasAdministrator()) throw refused();
  }
}

function refused(): DomainError {
  return new DomainError(
    'forbidden',
    'This link has been used or is from another database. Use the latest one in the server’s log.',
  );
}
