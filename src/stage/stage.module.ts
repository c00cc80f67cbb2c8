import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { StageAssetController } from './assets/stage-asset.controller.js';
import { StageAssetRepository } from './assets/stage-asset.repository.js';
import { StageAssets } from './assets/stage-assets.js';
import { StageGuestRecordings } from './guest-recordings/stage-guest-recordings.js';
import { StageInvitationController } from './invitations/stage-invitation.controller.js';
import { StageInvitationRepository } from './invitations/stage-invitation.repository.js';
import { StageInvitations } from './invitations/stage-invitations.js';
import { StageMixes } from './mix/stage-mixes.js';
import { OwnChannels } from './own-channels.js';
import { SceneController } from './scenes/scene.controller.js';
import { SceneRepository } from './scenes/scene.repository.js';
import { StageScenes } from './scenes/stage-scenes.js';
import { StageBanRepository } from './stage-ban.repository.js';
import { StageMetrics } from './stage-metrics.js';
import { StageRooms } from './stage-rooms.js';
import { StageGateway } from './stage.gateway.js';
import { StageService } from './stage.service.js';

/** Stages: several people in one broadcast. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule],
  controllers: [SceneController, StageAssetController, StageInvitationController],
  providers: [
    OwnChannels,
    SceneRepository,
    StageAssetRepository,
    StageAssets,
    StageBanRepository,
    StageGateway,
    StageGuestRecordings,
    StageInvitationRepository,
    StageInvitations,
    StageMetrics,
    StageMixes,
    StageRooms,
    StageScenes,
    StageService,
  ],
  exports: [StageService],
})
export class StageModule {}
