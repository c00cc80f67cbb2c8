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
  /** `deleted`: all its data is deleted or anonymized. */
  readonly events = new TypedEmitter<{ deleted: [account: DeletedAccount] }>();

  // oxlint-disable-next-line max-params -- Nest's injection: what goes with an account, the clock, the log.
  constructor(
    private readonly repository: AccountDataRepository,
    private readonly channels: ChannelService,
    private readonly sessions: SessionService,
    private readonly tokens: ApiTokenService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Deletes an account with its channels, their broadcasts and chats; its messages in other chats
   * remain, without name. Disconnects its sockets. Can be retried after a failure halfway, by which
   * time an administrator has lost that role.
   * @throws {DomainError} `last_administrator`
   */
  async delete({ id: accountId, username }: DeletedAccount): Promise<void> {
    // First of all: two administrators who delete their accounts at once would each still see the
    // other.
    const at = new Date(this.clock.nowMs());
    if (!(await this.repository.retire({ id: accountId, username }, at))) throw lastOne();
    for (const name of await this.repository.channelNames(accountId))
      await this.channels.delete(name, accountId, NOWHERE);
    await this.tokens.cut(accountId);
    await this.sessions.endAll(accountId, { except: null });
    if (!(await this.repository.delete(accountId))) throw lastOne();
    this.log.info({ accountId }, 'an account was deleted');
    this.events.emit('deleted', { id: accountId, username });
  }
}

function lastOne(): DomainError {
  return new DomainError(
    'last_administrator',
    'No administrator would remain. Make someone else an administrator first.',
  );
}
