import { Body, Controller, Delete, Get, HttpCode, Param, Patch } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../access/current-visitor.js';
import { Operation } from '../common/operation.js';
import { RecordingChange, RecordingView } from '../protocol/recording.js';
import { CurrentClient } from './current-client.js';
import { RecordingService } from './recording.service.js';

/** Recordings over HTTP. */
@Controller('api/recordings/:id')
export class RecordingController {
  constructor(private readonly recordings: RecordingService) {}

  @Get()
  @ForVisitors()
  @Operation({
    summary: 'What was recorded of a broadcast',
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
    summary: 'Change what a recording is called, who may watch it, whether it stays',
    reply: RecordingView,
    errors: ['not_logged_in', 'forbidden', 'recording_not_found', 'password_required'],
  })
  // oxlint-disable-next-line max-params -- what of which, and who asks.
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
    summary: 'Delete a recording for good',
    description: 'Clips of it stay.',
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
