import { Inject, Injectable } from '@nestjs/common';
import { SessionService } from '../auth/sessions/session.service.js';
import { ApiTokenService } from '../auth/tokens/api-token.service.js';
import { ChannelService } from '../channels/channel.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { NOWHERE } from '../security-log/security-event.js';
import { AccountDataRepository } from './account-data.repository.js';

/** A deleted account. */
export type DeletedAccount = Readonly<{ id: string; username: string }>;

/** Deletes accounts. */
@Injectable()
export class AccountDeletionService {
  readonly #emitter = new TypedEmitter<{ deleted: [account: DeletedAccount] }>();
  /** `deleted`: all data of the account has been deleted or anonymized. */
  readonly events = this.#emitter.listenable;

  // oxlint-disable-next-line max-params -- Injected by Nest: everything that is deleted, the clock
  // and the log.
  constructor(
    private readonly repository: AccountDataRepository,
    private readonly channels: ChannelService,
    private readonly sessions: SessionService,
    private readonly tokens: ApiTokenService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Deletes an account with its channels, their broadcasts and chats; the account's messages in
   * other chats remain, without a name. Disconnects the account's sockets. If the deletion fails
   * partway, it can be retried; the administrator role may already have been revoked.
   * @throws {DomainError} `last_administrator`
   */
  async delete({ id: accountId, username }: DeletedAccount): Promise<void> {
    // The role must be revoked first. Otherwise, the last two administrators could both delete
    // their accounts at the same time, because each deletion would still find the other
    // administrator.
    const at = new Date(this.clock.nowMs());
    if (!(await this.repository.retire({ id: accountId, username }, at))) throw lastOne();
    for (const name of await this.repository.channelNames(accountId))
      await this.channels.delete(name, accountId, NOWHERE);
    await this.tokens.cutAll(accountId);
    await this.sessions.endAll(accountId, { except: null });
    if (!(await this.repository.delete(accountId))) throw lastOne();
    this.log.info({ accountId }, 'an account was deleted');
    this.#emitter.emit('deleted', { id: accountId, username });
  }
}

function lastOne(): DomainError {
  return new DomainError(
    'last_administrator',
    'No administrator would remain. Make someone else an administrator first.',
  );
}
