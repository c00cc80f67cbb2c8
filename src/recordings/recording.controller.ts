import { Body, Controller, Delete, Get, HttpCode, Param, Patch } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../access/current-visitor.js';
import { Operation } from '../common/operation.js';
import { RecordingChange, RecordingView } from '../protocol/recording.js';
import { CurrentClient } from './current-client.js';
import { RecordingService } from './recording.service.js';

/** The HTTP API for recordings. */
@Controller('api/recordings/:id')
export class RecordingController {
  constructor(private readonly recordings: RecordingService) {}

  @Get()
  @ForVisitors()
  @Operation({
    summary: 'Get a recording',
    reply: RecordingView,
    errors: ['recording_not_found', 'password_required', 'rate_limited', 'unavailable'],
  })
  async get(
    @Param('id') id: string,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
  ): Promise<RecordingView> {
    return this.recordings.view(id, visitor, client);
  }

  @Patch()
  @ForVisitors()
  @Operation({
    summary: 'Change a recording’s title, visibility, or retention',
    reply: RecordingView,
    errors: ['not_logged_in', 'forbidden', 'recording_not_found', 'password_required'],
  })
  // oxlint-disable-next-line max-params -- injected by Nest
  async change(
    @Param('id') id: string,
    @Body({ schema: RecordingChange }) change: RecordingChange,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
  ): Promise<RecordingView> {
    return this.recordings.change(id, { visitor, client }, change);
  }

  @Delete()
  @HttpCode(204)
  @ForVisitors()
  @Operation({
    summary: 'Delete a recording permanently',
    description: 'Its clips remain.',
    reply: null,
    errors: [
      'not_logged_in',
      'forbidden',
      'recording_not_found',
      'recording_not_ready',
      'password_required',
    ],
  })
  async delete(@Param('id') id: string, @CurrentVisitor() visitor: Visitor): Promise<void> {
    await this.recordings.delete(id, visitor);
  }
}
