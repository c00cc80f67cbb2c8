import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import {
  NewWebhook,
  WebhookAdded,
  WebhookDeliveryList,
  WebhookDeliveryView,
  WebhookList,
} from '../protocol/webhook.js';
import { WebhookService } from './webhook.service.js';

const OWNER_ONLY = ['not_logged_in', 'forbidden', 'channel_not_found'] as const;

/** A channel's webhooks, for its owner. */
@Controller('api/channels/:name/webhooks')
@AllowToken('channels:write')
@LoggedIn()
export class WebhookController {
  constructor(private readonly webhooks: WebhookService) {}

  @Get()
  @Operation({
    summary: 'The webhooks of a channel of one’s own',
    reply: WebhookList,
    errors: OWNER_ONLY,
  })
  list(
    @Param('name') channel: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<WebhookList> {
    return this.webhooks.list({ channel, accountId });
  }

  @Post()
  @Operation({
    summary: 'Add a webhook',
    description:
      'Each event is posted to the address as JSON, with the header `onair-signature: t=SECONDS,v1=HEX`: HEX is HMAC-SHA-256 of `SECONDS.BODY` with the secret that this answers. What is not answered with 2xx in 10 seconds is tried again for two days, with the same `onair-delivery`. The host must have a public address, and the port has to be 80, 443, or one above 1023 that no database or the like uses; redirects are not followed.',
    reply: WebhookAdded,
    errors: [...OWNER_ONLY, 'webhook_limit'],
  })
  add(
    @Param('name') channel: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @Body({ schema: NewWebhook }) webhook: NewWebhook,
  ): Promise<WebhookAdded> {
    return this.webhooks.add({ channel, accountId }, webhook);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Remove a webhook, with what it was not told yet',
    reply: null,
    errors: OWNER_ONLY,
  })
  remove(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<void> {
    return this.webhooks.remove({ channel, accountId }, id);
  }

  @Post(':id/secret')
  @Operation({
    summary: 'Put another secret in the place of a webhook’s',
    description: 'All that is sent from now on is signed with it, what is tried again too.',
    reply: WebhookAdded,
    errors: [...OWNER_ONLY, 'webhook_not_found'],
  })
  changeSecret(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<WebhookAdded> {
    return this.webhooks.changeSecret({ channel, accountId }, id);
  }

  @Post(':id/test')
  @HttpCode(202)
  @Operation({
    summary: 'Send a webhook the event `ping`',
    reply: WebhookDeliveryView,
    errors: [...OWNER_ONLY, 'webhook_not_found', 'rate_limited'],
  })
  test(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<WebhookDeliveryView> {
    return this.webhooks.test({ channel, accountId }, id);
  }

  @Get(':id/deliveries')
  @Operation({
    summary: 'What a webhook was told, the newest first',
    reply: WebhookDeliveryList,
    errors: [...OWNER_ONLY, 'webhook_not_found'],
  })
  deliveries(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<WebhookDeliveryList> {
    return this.webhooks.deliveries({ channel, accountId }, id);
  }
}
