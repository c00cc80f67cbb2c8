import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { ChatModule } from '../chat/chat.module.js';
import { DbModule } from '../db/db.module.js';
import { AddressRule } from './address-rule.js';
import { BroadcastWebhooks } from './broadcast-webhooks.js';
import { ChatWebhooks } from './chat-webhooks.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookEvents } from './webhook-events.js';
import { OwnAddresses } from './own-addresses.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookRepository } from './webhook.repository.js';
import { WebhookService } from './webhook.service.js';

/** Notifies other programs of events on channels. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule, ChatModule],
  controllers: [WebhookController],
  providers: [
    AddressRule,
    BroadcastWebhooks,
    ChatWebhooks,
    OwnAddresses,
    WebhookDispatcher,
    WebhookEvents,
    WebhookRepository,
    WebhookSender,
    WebhookService,
  ],
})
export class WebhooksModule {}
