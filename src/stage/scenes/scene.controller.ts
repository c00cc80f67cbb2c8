import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../../auth/identity.guard.js';
import { OWNER_ERRORS } from '../../channels/owner-errors.js';
import { Operation } from '../../common/operation.js';
import { SceneList } from '../../protocol/scene.js';
import { OwnChannels } from '../own-channels.js';
import { StageScenes } from './stage-scenes.js';

/** The HTTP API through which a channel's owner manages its scenes. */
@Controller('api/channels/:name/stage/scenes')
@LoggedIn()
export class SceneController {
  constructor(
    private readonly channels: OwnChannels,
    private readonly scenes: StageScenes,
  ) {}

  @Get()
  @Operation({
    summary: 'Get the scenes of your channel’s stage',
    reply: SceneList,
    errors: OWNER_ERRORS,
  })
  async get(
    @Param('name') name: string,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<SceneList> {
    return this.scenes.get(await this.channels.find(name, id));
  }

  @Put()
  @Operation({
    summary: 'Replace the scenes of your channel’s stage',
    description: 'A changed format takes effect with the next broadcast.',
    reply: SceneList,
    errors: OWNER_ERRORS,
  })
  async put(
    @Param('name') name: string,
    @CurrentAccount() { id }: CurrentAccount,
    @Body({ schema: SceneList }) list: SceneList,
  ): Promise<SceneList> {
    return this.scenes.put(await this.channels.find(name, id), list);
  }
}
