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
import { OWNER_ERRORS } from '../channels/owner-errors.js';
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

/** The HTTP API through which a channel's owner manages its webhooks. */
@Controller('api/channels/:name/webhooks')
@AllowToken('channels:write')
@LoggedIn()
export class WebhookController {
  constructor(private readonly webhooks: WebhookService) {}

  @Get()
  @Operation({
    summary: 'List your channel’s webhooks',
    reply: WebhookList,
    errors: OWNER_ERRORS,
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
      'Each event is posted to the address as JSON, with the header `onair-signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA-256 of `SECONDS.BODY` with the returned secret. Deliveries without a 2xx response within 10 seconds are retried for almost two days, with the same `onair-delivery`. The host must have a public address, and the port must be 80, 443, or one above 1023 that databases and similar services don’t use. Redirects are not followed.',
    reply: WebhookAdded,
    errors: [...OWNER_ERRORS, 'webhook_limit'],
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
    summary: 'Remove a webhook and its pending deliveries',
    reply: null,
    errors: OWNER_ERRORS,
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
    summary: 'Replace a webhook’s secret',
    description: 'From now on, all requests are signed with the new secret, including retries.',
    reply: WebhookAdded,
    errors: [...OWNER_ERRORS, 'webhook_not_found'],
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
    summary: 'Send a `ping` event to a webhook',
    reply: WebhookDeliveryView,
    errors: [...OWNER_ERRORS, 'webhook_not_found', 'rate_limited'],
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
    summary: 'List a webhook’s deliveries, newest first',
    reply: WebhookDeliveryList,
    errors: [...OWNER_ERRORS, 'webhook_not_found'],
  })
  deliveries(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<WebhookDeliveryList> {
    return this.webhooks.deliveries({ channel, accountId }, id);
  }
}
