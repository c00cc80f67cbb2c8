import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentAccount, LoggedIn } from '../../auth/identity.guard.js';
import { OWNER_ERRORS } from '../../channels/owner-errors.js';
import { Operation } from '../../common/operation.js';
import { NewStageAsset, StageAsset, StageAssetList } from '../../protocol/scene.js';
import { OwnChannels } from '../own-channels.js';
import { StageAssets } from './stage-assets.js';

/** The HTTP API through which a channel's owner manages the pictures for its scenes. */
@Controller('api/channels/:name/stage/assets')
@LoggedIn()
export class StageAssetController {
  constructor(
    private readonly channels: OwnChannels,
    private readonly assets: StageAssets,
  ) {}

  @Get()
  @Operation({
    summary: 'List your channel’s scene pictures',
    reply: StageAssetList,
    errors: OWNER_ERRORS,
  })
  async list(
    @Param('name') name: string,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<StageAssetList> {
    return this.assets.list(await this.channels.find(name, id));
  }

  @Post()
  @Operation({
    summary: 'Upload a picture for your channel’s scenes',
    description:
      'The body is the picture: a JPEG, PNG, WebP or GIF with the matching content type, up to 8 MB and 24 million pixels. It is scaled down to fit within 1920 × 1920 pixels and re-encoded as WebP.',
    reply: StageAsset,
    errors: [
      ...OWNER_ERRORS,
      'payload_too_large',
      'unsupported_media_type',
      'picture_refused',
      'stage_limit',
    ],
  })
  async add(
    @Param('name') name: string,
    @Query({ schema: NewStageAsset }) { name: assetName }: NewStageAsset,
    @Req() { body }: FastifyRequest,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<StageAsset> {
    return this.assets.add(await this.channels.find(name, id), assetName, body);
  }

  /** A picture never changes, so it can be cached for a year. */
  @Get(':id')
  @HttpCode(200)
  @Operation({
    summary: 'Get one of your channel’s scene pictures, as WebP',
    reply: null,
    errors: [...OWNER_ERRORS, 'not_found'],
  })
  async get(
    @Param('name') name: string,
    @Param('id', ParseUUIDPipe) assetId: string,
    @CurrentAccount() { id }: CurrentAccount,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const data = await this.assets.data(await this.channels.find(name, id), assetId);
    await reply
      .header('content-type', 'image/webp')
      .header('cache-control', 'private, max-age=31536000, immutable')
      .header('content-security-policy', "default-src 'none'")
      .send(Buffer.from(data));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Delete one of your channel’s scene pictures',
    description: 'Scenes that use the picture are shown without it.',
    reply: null,
    errors: [...OWNER_ERRORS, 'not_found'],
  })
  async delete(
    @Param('name') name: string,
    @Param('id', ParseUUIDPipe) assetId: string,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<void> {
    await this.assets.delete(await this.channels.find(name, id), assetId);
  }
}
