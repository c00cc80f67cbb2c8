import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { Visitor } from '../../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../../access/current-visitor.js';
import { Operation } from '../../common/operation.js';
import { LoggedIn } from '../../auth/identity.guard.js';
import { ClipList, ClipView, NewClip } from '../../protocol/clip.js';
import { Page } from '../../protocol/paging.js';
import { CurrentClient } from '../current-client.js';
import { ClipNodes } from './clip-nodes.js';
import { ClipService } from './clip.service.js';

/** The HTTP API for clips. */
@Controller('api')
export class ClipController {
  constructor(
    private readonly clips: ClipService,
    private readonly nodes: ClipNodes,
  ) {}

  @Post('recordings/:id/clips')
  @ForVisitors()
  @Operation({
    summary: 'Create a clip of a recording',
    description:
      'For anyone who can watch the recording. Deleting the recording doesn’t delete the clip.',
    reply: ClipView,
    errors: [
      'not_logged_in',
      'recording_not_found',
      'recording_not_ready',
      'clip_limit',
      'storage_limit',
      'password_required',
      'rate_limited',
      'unavailable',
    ],
  })
  // oxlint-disable-next-line max-params -- injected by Nest
  async create(
    @Param('id') id: string,
    @Body({ schema: NewClip }) clip: NewClip,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
  ): Promise<ClipView> {
    return this.nodes.create(id, { visitor, client }, clip);
  }

  @Get('channels/:name/clips')
  @LoggedIn()
  @Operation({
    summary: 'List a channel’s clips, newest first',
    description: 'For the channel’s owner, who can delete any of them.',
    reply: ClipList,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found', 'password_required'],
  })
  async ofChannel(
    @Param('name') name: string,
    @Query({ schema: Page }) page: Page,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ClipList> {
    return this.clips.ofChannel(name, visitor, page);
  }

  @Get('account/clips')
  @LoggedIn()
  @Operation({
    summary: 'List the clips you created, newest first',
    reply: ClipList,
    errors: ['not_logged_in'],
  })
  async own(
    @Query({ schema: Page }) page: Page,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ClipList> {
    return this.clips.ownOf(visitor, page);
  }

  @Get('clips/:id')
  @ForVisitors()
  @Operation({
    summary: 'Get a clip',
    reply: ClipView,
    errors: ['clip_not_found', 'password_required', 'rate_limited', 'unavailable'],
  })
  async get(
    @Param('id') id: string,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
  ): Promise<ClipView> {
    return this.clips.view(id, visitor, client);
  }

  @Delete('clips/:id')
  @HttpCode(204)
  @ForVisitors()
  @Operation({
    summary: 'Delete a clip',
    description: 'For the clip’s creator and the channel’s owner.',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'clip_not_found', 'password_required'],
  })
  async delete(@Param('id') id: string, @CurrentVisitor() visitor: Visitor): Promise<void> {
    await this.clips.delete(id, visitor);
  }
}
