import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { ChatModule } from '../chat/chat.module.js';
import { DbModule } from '../db/db.module.js';
import { DestinationsModule } from '../security/destinations/destinations.module.js';
import { BroadcastWebhooks } from './broadcast-webhooks.js';
import { ChatWebhooks } from './chat-webhooks.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookEvents } from './webhook-events.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookRepository } from './webhook.repository.js';
import { WebhookService } from './webhook.service.js';

/** Notifies other programs about events on channels. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule, ChatModule, DestinationsModule],
  controllers: [WebhookController],
  providers: [
    BroadcastWebhooks,
    ChatWebhooks,
    WebhookDispatcher,
    WebhookEvents,
    WebhookRepository,
    WebhookSender,
    WebhookService,
  ],
})
export class WebhooksModule {}
