import { Global, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { BroadcastWebhooks } from './broadcast-webhooks.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookEvents } from './webhook-events.js';
import { AddressRule, WebhookSender } from './webhook-sender.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookRepository } from './webhook.repository.js';
import { WebhookService } from './webhook.service.js';

/** Tells other programs what happens on channels. Every module can say so by {@link WebhookEvents}. */
@Global()
@Module({
  imports: [DbModule, AuthModule, BroadcastModule],
  controllers: [WebhookController],
  providers: [
    AddressRule,
    BroadcastWebhooks,
    WebhookDispatcher,
    WebhookEvents,
    WebhookRepository,
    WebhookSender,
    WebhookService,
  ],
  exports: [WebhookEvents],
})
export class WebhooksModule {}
