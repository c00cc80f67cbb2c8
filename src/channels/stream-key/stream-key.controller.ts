import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Origin } from '../../auth/event-origin.js';
import { CurrentAccount, LoggedIn } from '../../auth/identity.guard.js';
import { Operation } from '../../common/operation.js';
import { CreatedStreamKey, StreamKeyView } from '../../protocol/stream-key.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { StreamKeyService } from './stream-key.service.js';

/** Manages the key with which OBS and other encoders publish. API tokens are not accepted. */
@Controller('api/channels/:name/stream-key')
@LoggedIn()
export class StreamKeyController {
  constructor(private readonly keys: StreamKeyService) {}

  @Get()
  @Operation({
    summary: 'Check whether a channel has a stream key',
    reply: StreamKeyView,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async view(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
  ): Promise<StreamKeyView> {
    return this.keys.view(name, account.id);
  }

  @Post()
  @Operation({
    summary: 'Create a stream key, replacing the previous one',
    description:
      'The key is shown only once. An encoder that publishes with the previous key is disconnected; the broadcast waits for it to return with the new one.',
    reply: CreatedStreamKey,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async rotate(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
    @Origin() from: EventOrigin,
  ): Promise<CreatedStreamKey> {
    return this.keys.rotate(name, account.id, from);
  }

  @Delete()
  @HttpCode(204)
  @Operation({
    summary: 'Delete the stream key',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async remove(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    await this.keys.remove(name, account.id, from);
  }
}
