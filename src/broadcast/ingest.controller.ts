import { Controller, Get, Param } from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { IngestView } from '../protocol/ingest.js';
import { PublishingService } from './publishing.service.js';

/**
 * Reports the quality of the incoming media to the channel's owner. If the publisher is an encoder
 * such as OBS, the studio page can get this information only from the server.
 */
@Controller('api/channels/:name/ingest')
export class IngestController {
  constructor(private readonly publishing: PublishingService) {}

  @Get()
  @AllowToken('channels:read')
  @LoggedIn()
  @Operation({
    summary: 'Get measurements of how your broadcast arrives at the server',
    reply: IngestView,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found', 'not_live'],
  })
  async view(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
  ): Promise<IngestView> {
    return this.publishing.ingest(account.id, name);
  }
}
