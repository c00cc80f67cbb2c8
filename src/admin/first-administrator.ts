import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Account } from '../auth/account.repository.js';
import { AccountService } from '../auth/account.service.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import type { SetupRequest } from '../protocol/admin.js';
import type { Administrator } from '../security-log/admin-event.repository.js';
import { SecurityLog } from '../security-log/security-log.service.js';
import { AdminRepository } from './admin.repository.js';

/**
 * Makes the first administrator by a link that only who reads the log has. Its token lives in memory: a
 * restart makes another one, as long as there is no administrator.
 */
@Injectable()
export class FirstAdministrator {
  readonly #publicUrl: string;
  #token: string | null = null;

  constructor(
    private readonly repository: AdminRepository,
    private readonly accounts: AccountService,
    private readonly acts: SecurityLog,
    @Inject(CONFIG) config: Config,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#publicUrl = config.http.publicUrl;
  }

  /** The link to print, good until it is used; null when there is an administrator. */
  async link(): Promise<string | null> {
    if (await this.repository.hasAdministrator()) return null;
    this.#token ??= randomBytes(24).toString('base64url');
    return `${this.#publicUrl}/setup?token=${this.#token}`;
  }

  /**
   * Makes an account that is administrator.
   * @throws {DomainError} `forbidden` for a link that isn't, or is no longer, good; as
   *   {@link AccountService.create}: the link stays good then.
   */
  async create({ token, username, password }: SetupRequest): Promise<Account> {
    return this.#once(token, async () => {
      const account = await this.accounts.create({ username, password, isAdmin: true });
      await this.#tell(account);
      return account;
    });
  }

  /** Makes an account that is there administrator. @throws {DomainError} `forbidden` as above. */
  async claim(token: string, account: Administrator): Promise<void> {
    await this.#once(token, async () => {
      await this.repository.setAdministrator(account.id);
      await this.#tell(account);
    });
  }

  async #tell(by: Administrator): Promise<void> {
    const kind = 'became_first_administrator';
    await this.acts.writeAct({ by, kind, subject: by.username, accountId: by.id });
  }

  /** Of two who come at the same moment the second is refused. */
  async #once<T>(typed: string, appoint: () => Promise<T>): Promise<T> {
    const token = this.#token;
    if (token === null || !isSame(typed, token)) throw refused();
    this.#token = null;
    try {
      if (await this.repository.hasAdministrator()) throw refused();
      const appointed = await appoint();
      this.log.info('the first administrator is there');
      return appointed;
    } catch (error) {
      this.#token = token;
      throw error;
    }
  }
}

function refused(): DomainError {
  return new DomainError(
    'forbidden',
    'This link was used, or is of an earlier start. The newest one is in the server’s log.',
  );
}

function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
