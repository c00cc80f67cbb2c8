import { Controller, Delete, Get, HttpCode, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import { Operation } from '../../common/operation.js';
import { AccountView } from '../../protocol/account.js';
import { AccountService } from '../account.service.js';
import { CurrentAccount, LoggedIn } from '../identity.guard.js';
import { AvatarService } from './avatar.service.js';

const FILE = /^([\w-]{22})\.webp$/;

/** The HTTP API for avatars. */
@Controller()
export class AvatarController {
  constructor(
    private readonly avatars: AvatarService,
    private readonly accounts: AccountService,
  ) {}

  @Put('api/account/avatar')
  @LoggedIn()
  @Operation({
    summary: 'Set your picture',
    description:
      'The body is the picture: a JPEG, PNG, WebP or GIF with the matching content type, up to 5 MB and 24 million pixels. It is cropped to a square and re-encoded.',
    reply: AccountView,
    errors: ['not_logged_in', 'payload_too_large', 'unsupported_media_type', 'picture_refused'],
  })
  async put(
    @Req() { body }: FastifyRequest,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<AccountView> {
    await this.avatars.put(id, body);
    return this.#view(id);
  }

  @Delete('api/account/avatar')
  @LoggedIn()
  @Operation({ summary: 'Delete your picture', reply: AccountView, errors: ['not_logged_in'] })
  async delete(@CurrentAccount() { id }: CurrentAccount): Promise<AccountView> {
    await this.avatars.delete(id);
    return this.#view(id);
  }

  /** The picture at an address never changes, so it can be cached for a year. */
  @Get('avatars/:file')
  @HttpCode(200)
  async get(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const [, version] = FILE.exec(file) ?? [];
    const image = version === undefined ? null : await this.avatars.find(version);
    if (image === null) throw new DomainError('not_found', 'There is no such picture.');
    await reply
      .header('content-type', 'image/webp')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('content-security-policy', "default-src 'none'")
      .send(Buffer.from(image));
  }

  async #view(id: string): Promise<AccountView> {
    const account = await this.accounts.find(id);
    if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
    return this.accounts.view(account);
  }
}
