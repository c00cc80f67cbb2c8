import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../auth/identity.guard.js';
import { LogInService } from '../auth/log-in.service.js';
import { ProfileService } from '../auth/profile/profile.service.js';
import { type RequestSource, Source } from '../auth/request-source.js';
import { SessionService } from '../auth/session.service.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { PasswordProof } from '../protocol/account.js';
import { AccountExport } from '../protocol/account-export.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountExportService } from './account-export.service.js';

/** Taking one's data along, and going. */
@Controller('api/account')
@LoggedIn()
export class AccountDataController {
  readonly #exports: AccountExportService;
  readonly #deletion: AccountDeletionService;
  readonly #profiles: ProfileService;
  readonly #logIns: LogInService;
  readonly #sessions: SessionService;

  constructor(
    exports: AccountExportService,
    deletion: AccountDeletionService,
    profiles: ProfileService,
    logIns: LogInService,
    sessions: SessionService,
  ) {
    this.#exports = exports;
    this.#deletion = deletion;
    this.#profiles = profiles;
    this.#logIns = logIns;
    this.#sessions = sessions;
  }

  @Get('export')
  @Operation({
    summary: 'All that is kept of one’s account, as one JSON file',
    reply: AccountExport,
    errors: ['not_logged_in', 'rate_limited'],
  })
  async export(
    @CurrentAccount() { id, username }: CurrentAccount,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pieces = await this.#exports.export(id);
    await reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="onair-${username}.json"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(pieces, { objectMode: false }));
  }

  @Delete()
  @HttpCode(204)
  @Operation({
    summary: 'Delete one’s account',
    description:
      'Its channels go with their broadcasts and chats. What it wrote in other chats stays, without name.',
    reply: null,
    errors: ['not_logged_in', 'wrong_password', 'rate_limited', 'last_administrator'],
  })
  async delete(
    @Body({ schema: PasswordProof }) { password }: PasswordProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const account = await this.#profiles.assertOwner(
      this.#logIns.asker(identity, source),
      password,
    );
    await this.#deletion.delete(account);
    const { setCookie } = await this.#sessions.end(identity.sessionId);
    reply.header('set-cookie', setCookie);
  }
}
