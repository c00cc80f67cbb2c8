import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor } from '../access/current-visitor.js';
import { CurrentAccount, Identified, LoggedIn } from '../auth/identity.guard.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { Page } from '../protocol/paging.js';
import { ListedBroadcasts, RecordingSettings } from '../protocol/recording.js';
import { RecordingSettingsService } from './recording-settings.service.js';
import { RecordingService } from './recording.service.js';

/**
 * The HTTP API for a channel's broadcasts with their recordings, and for the channel's recording
 * settings.
 */
@Controller('api/channels/:name')
export class ChannelRecordingsController {
  readonly #settings: RecordingSettingsService;

  constructor(
    private readonly history: BroadcastHistory,
    private readonly recordings: RecordingService,
    settings: RecordingSettingsService,
  ) {
    this.#settings = settings;
  }

  @Get('broadcasts')
  @AllowToken('channels:read')
  @Identified()
  @Operation({
    summary: 'List a channel’s broadcasts, newest first',
    reply: ListedBroadcasts,
    errors: ['channel_not_found', 'password_required'],
  })
  async list(
    @Param('name') name: string,
    @Query({ schema: Page }) page: Page,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ListedBroadcasts> {
    const broadcasts = await this.history.list(name, visitor, page);
    const ids = broadcasts.map(({ id }) => id);
    const recordings = await this.recordings.summaries(ids, visitor);
    return broadcasts.map((one) => ({ ...one, recording: recordings.get(one.id) ?? null }));
  }

  @Get('recording')
  @LoggedIn()
  @Operation({
    summary: 'Get a channel’s recording settings',
    description: 'For the channel’s owner.',
    reply: RecordingSettings,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found', 'password_required'],
  })
  async settings(
    @Param('name') name: string,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<RecordingSettings> {
    return this.#settings.get(name, id);
  }

  @Patch('recording')
  @LoggedIn()
  @Operation({
    summary: 'Change a channel’s recording settings',
    description:
      'For the channel’s owner. Turning recording on or off takes effect with the next broadcast.',
    reply: RecordingSettings,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found', 'password_required'],
  })
  async change(
    @Param('name') name: string,
    @Body({ schema: RecordingSettings }) settings: RecordingSettings,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<RecordingSettings> {
    return this.#settings.change(name, id, settings);
  }
}
