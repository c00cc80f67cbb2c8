import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { SessionNodes } from '../http-rtc/session-nodes.js';
import { WhepEvents } from './whep-events.js';
import { WhepExtensionsController } from './whep-extensions.controller.js';
import { WhepMetrics } from './whep-metrics.js';
import { WhepRequests } from './whep-requests.js';
import { WhepController } from './whep.controller.js';
import { WhepService } from './whep.service.js';

/** Provides watching over WHEP (draft-ietf-wish-whep). */
@Module({
  imports: [BroadcastModule],
  controllers: [WhepController, WhepExtensionsController],
  providers: [WhepService, WhepRequests, WhepEvents, WhepMetrics, SessionNodes],
})
export class WhepModule {}
