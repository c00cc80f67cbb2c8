import { Controller, Get, Param } from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { IngestView } from '../protocol/ingest.js';
import { PublishingService } from './publishing.service.js';

/**
 * Reports to the owner how a broadcast arrives. For a program such as OBS, only the server can tell
 * the studio page.
 */
@Controller('api/channels/:name/ingest')
export class IngestController {
  constructor(private readonly publishing: PublishingService) {}

  @Get()
  @AllowToken('channels:read')
  @LoggedIn()
  @Operation({
    summary: 'How one’s own broadcast arrives at the server',
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
