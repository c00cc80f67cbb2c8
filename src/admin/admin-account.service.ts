import { Inject, Injectable } from '@nestjs/common';
import { SessionService } from '../auth/sessions/session.service.js';
import { ApiTokenService } from '../auth/tokens/api-token.service.js';
import { BroadcastControl } from '../broadcast/broadcast-control.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import type { AdminAccountChange, AdminAccountView, AdminQuery } from '../protocol/admin.js';
import { RecordingSpace, type StorageUse } from '../recordings/recording-space.js';
import type { Administrator } from '../security-log/admin-event.repository.js';
import { type AdminAccount, AdminRepository } from './admin.repository.js';

/** Manages accounts for administrators. */
@Injectable()
export class AdminAccountService {
  // oxlint-disable-next-line max-params -- Injected by Nest: the clock, the log, and the services that
  // end a disabled account's sessions and broadcasts.
  constructor(
    private readonly repository: AdminRepository,
    private readonly sessions: SessionService,
    private readonly tokens: ApiTokenService,
    private readonly control: BroadcastControl,
    private readonly space: RecordingSpace,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async list(query: AdminQuery): Promise<AdminAccountView[]> {
    const accounts = await this.repository.accounts(query);
    return accounts.map((account) => view(account, this.space.useOf(account.id)));
  }

  /**
   * Grants or revokes the administrator role; disables or enables an account. Disabling an account
   * ends its sessions and broadcasts, and disconnects its sockets, including those that API tokens
   * opened.
   * @throws {DomainError} `account_not_found`; `last_administrator`; `conflict` if administrators
   *   try to disable themselves
   */
  async change(
    id: string,
    { isAdmin, isDisabled }: AdminAccountChange,
    by: Administrator,
  ): Promise<void> {
    if (isDisabled === true && id === by.id)
      throw new DomainError('conflict', 'You can’t disable your own account.');
    const at = new Date(this.clock.nowMs());
    const change = {
      ...(isAdmin === undefined ? {} : { isAdmin }),
      ...(isDisabled === undefined ? {} : { disabledAt: isDisabled ? at : null }),
    };
    const result = await this.repository.changeAccount(id, change, { by, at });
    if (result === 'gone') throw new DomainError('account_not_found', 'There is no such account.');
    if (result === 'last')
      throw new DomainError(
        'last_administrator',
        'No administrator would remain. Make someone else an administrator first.',
      );
    this.log.info({ accountId: id, byId: by.id, isAdmin, isDisabled }, 'an account was changed');
    if (isDisabled === true) await this.#cut(id);
  }

  async #cut(id: string): Promise<void> {
    await this.tokens.cutAll(id);
    await this.sessions.endAll(id, { except: null });
    for (const channelId of await this.repository.channelIdsOf(id))
      await this.control.end(channelId, 'administrator_ended');
  }
}

function view(account: AdminAccount, storage: StorageUse): AdminAccountView {
  const { bytes, limitBytes, state } = storage;
  const { displayName, disabledAt, totpEnabledAt, createdAt, lastUsedAt, ...rest } = account;
  return {
    ...rest,
    displayName: displayName === '' ? account.username : displayName,
    isDisabled: disabledAt !== null,
    secondFactor: totpEnabledAt !== null,
    storage: { bytes, limitBytes: limitBytes && Math.floor(limitBytes), state },
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
