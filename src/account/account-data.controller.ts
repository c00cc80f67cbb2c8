import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Origin } from '../auth/event-origin.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../auth/identity.guard.js';
import { LogInService } from '../auth/log-in.service.js';
import { OwnerCheck, PROOF_ERRORS } from '../auth/owner-check.js';
import { type RequestSource, Source } from '../auth/request-source.js';
import { SessionService } from '../auth/sessions/session.service.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { OwnerProof } from '../protocol/account.js';
import { AccountExport } from '../protocol/account-export.js';
import type { EventOrigin } from '../security-log/security-event.js';
import { SecurityLog } from '../security-log/security-log.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountExportService } from './account-export.service.js';

/** The HTTP API for exporting and deleting the caller's account. */
@Controller('api/account')
@LoggedIn()
export class AccountDataController {
  // oxlint-disable-next-line max-params -- Injected by Nest: export, deletion, the caller's login
  // and the log.
  constructor(
    private readonly exports: AccountExportService,
    private readonly deletion: AccountDeletionService,
    private readonly owners: OwnerCheck,
    private readonly logIns: LogInService,
    private readonly sessions: SessionService,
    private readonly log: SecurityLog,
  ) {}

  @Get('export')
  @Operation({
    summary: 'Export your account’s data as one JSON file',
    reply: AccountExport,
    errors: ['not_logged_in', 'rate_limited'],
  })
  async export(
    @CurrentAccount() { id, username }: CurrentAccount,
    @Origin() from: EventOrigin,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { pieces, end } = await this.exports.export(id);
    // This event occurs even if the client disconnects before reading anything.
    reply.raw.once('close', end);
    await this.log.write({ accountId: id, kind: 'data_exported', from });
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="onair-${username}.json"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(pieces, { objectMode: false }));
  }

  @Delete()
  @HttpCode(204)
  @Operation({
    summary: 'Delete your account',
    description:
      'Deletes its channels with their broadcasts and chats. Its messages in other chats remain, without a name.',
    reply: null,
    errors: [...PROOF_ERRORS, 'last_administrator'],
  })
  async delete(
    @Body({ schema: OwnerProof }) proof: OwnerProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const account = await this.owners.assertOwner(this.logIns.asker(identity, source), proof);
    await this.deletion.delete(account);
    const { setCookie } = await this.sessions.end(identity.sessionId);
    reply.header('set-cookie', setCookie);
  }
}
