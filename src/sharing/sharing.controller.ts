import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { CurrentVisitor } from '../access/current-visitor.js';
import { GrantedAccess } from '../access/granted-access.js';
import type { Visitor } from '../access/visitor.js';
import { CurrentAccount, Identified, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { Sharing, SharingSettings } from '../protocol/sharing.js';
import { channelNotFound } from '../access/refusals.js';
import { SharingService } from './sharing.service.js';
import { SharingSettingsService } from './sharing-settings.service.js';

/** The HTTP API for sharing media between a channel's viewers. */
@Controller('api/channels/:name/sharing')
export class SharingController {
  constructor(
    private readonly sharing: SharingService,
    private readonly settings: SharingSettingsService,
  ) {}

  @Get()
  @Identified()
  @Operation({
    summary: 'Get what a viewer needs to share media with others',
    description:
      'For anyone who can watch the channel. Request it again when the tracker closes a connection.',
    reply: Sharing,
    errors: ['channel_not_found', 'password_required'],
  })
  async get(
    @Param('name') name: string,
    @GrantedAccess() granted: GrantedAccess | null,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<Sharing> {
    if (granted === null) throw channelNotFound(name);
    return this.sharing.view(granted.access, visitor);
  }

  @Patch()
  @LoggedIn()
  @Operation({
    summary: 'Change whether a channel’s viewers share media',
    description: 'For the channel’s owner. Takes effect immediately.',
    reply: SharingSettings,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found', 'password_required'],
  })
  async change(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
    @Body({ schema: SharingSettings }) settings: SharingSettings,
  ): Promise<SharingSettings> {
    return this.settings.change(name, account.id, settings);
  }
}
