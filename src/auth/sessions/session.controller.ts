import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { Identity } from '../../common/identity.js';
import { Operation } from '../../common/operation.js';
import { SessionList } from '../../protocol/account-sessions.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { Origin } from '../event-origin.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../identity.guard.js';
import { SessionService } from './session.service.js';
import { isUuid } from '../../common/uuid.js';
import { deviceName } from './device-name.js';

/** The HTTP API for the caller's sessions. */
@Controller('api/account/sessions')
@LoggedIn()
export class SessionController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  @Operation({ summary: 'List your sessions', reply: SessionList, errors: ['not_logged_in'] })
  async list(
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @CurrentIdentity() { sessionId }: Identity,
  ): Promise<SessionList> {
    return (await this.sessions.list(accountId)).map(
      ({ id, userAgent, address, createdAt, lastUsedAt }) => ({
        id,
        device: deviceName(userAgent),
        network: address,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
        current: id === sessionId,
      }),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'End one of your sessions',
    reply: null,
    errors: ['not_logged_in', 'not_found'],
  })
  async end(
    @Param('id') id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    if (!isUuid(id) || !(await this.sessions.endOwn(accountId, id, from)))
      throw new DomainError('not_found', 'There is no such session.');
  }
}
