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
 * Creates the first administrator through a link that only the log contains. Its token is held in
 * memory: a restart creates a new one as long as no administrator exists.
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

  /** Returns the link to print, valid until it is used; null if an administrator exists. */
  async link(): Promise<string | null> {
    if (await this.repository.hasAdministrator()) return null;
    this.#token ??= randomBytes(24).toString('base64url');
    return `${this.#publicUrl}/setup?token=${this.#token}`;
  }

  /**
   * Creates an administrator account.
   * @throws {DomainError} `forbidden` for an invalid or expired link; as
   *   {@link AccountService.create}, in which case the link stays valid
   */
  async create({ token, username, password }: SetupRequest): Promise<Account> {
    return this.#once(token, async () => {
      const account = await this.accounts.create({ username, password, isAdmin: true });
      await this.#tell(account);
      return account;
    });
  }

  /**
   * Makes an existing account administrator.
   * @throws {DomainError} `forbidden` for an invalid or expired link
   */
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

  /** Runs `appoint` once: the second of two concurrent callers is refused. */
  async #once<T>(typed: string, appoint: () => Promise<T>): Promise<T> {
    const token = this.#token;
    if (token === null || !isSame(typed, token)) throw refused();
    this.#token = null;
    try {
      if (await this.repository.hasAdministrator()) throw refused();
      const appointed = await appoint();
      this.log.info('the first administrator was created');
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
    'This link was used, or is from an earlier start. The latest one is in the server’s log.',
  );
}

function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
