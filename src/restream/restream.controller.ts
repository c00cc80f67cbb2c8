import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
} from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../auth/identity.guard.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { OWNER_ERRORS } from '../channels/owner-errors.js';
import { Operation } from '../common/operation.js';
import {
  NewRestreamTarget,
  RestreamTarget,
  RestreamTargetChange,
  RestreamTargetList,
} from '../protocol/restream.js';
import { RestreamService } from './restream.service.js';

/** The HTTP API through which a channel's owner manages its restream targets. */
@Controller('api/channels/:name/restream')
@AllowToken('channels:write')
@LoggedIn()
export class RestreamController {
  constructor(private readonly restreams: RestreamService) {}

  @Get()
  @Operation({
    summary: 'List your channel’s restream targets',
    description: 'Includes the current state of each target. Stream keys are never returned.',
    reply: RestreamTargetList,
    errors: OWNER_ERRORS,
  })
  list(
    @Param('name') channel: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<RestreamTargetList> {
    return this.restreams.list({ channel, accountId });
  }

  @Post()
  @Operation({
    summary: 'Add a restream target',
    description:
      'Broadcasts are sent to it from now on, including one that is live. The host must have a public address, and the port must be 80, 443, or one above 1023 that databases and similar services don’t use; 1935 (443 for rtmps) is the default. SRT URLs need a port.',
    reply: RestreamTarget,
    errors: [...OWNER_ERRORS, 'restream_limit'],
  })
  add(
    @Param('name') channel: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @Body({ schema: NewRestreamTarget }) target: NewRestreamTarget,
  ): Promise<RestreamTarget> {
    return this.restreams.add({ channel, accountId }, target);
  }

  @Patch(':id')
  @Operation({
    summary: 'Change a restream target, or turn it on or off',
    description:
      'Takes effect immediately, even during a broadcast. Omitted fields keep their values. A URL with a different protocol, host or port requires the stream key again, so that a stored key is only sent to the server it was entered for.',
    reply: RestreamTarget,
    errors: [...OWNER_ERRORS, 'restream_not_found'],
  })
  change(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @Body({ schema: RestreamTargetChange }) change: RestreamTargetChange,
  ): Promise<RestreamTarget> {
    return this.restreams.change({ channel, accountId }, id, change);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({ summary: 'Remove a restream target', reply: null, errors: OWNER_ERRORS })
  remove(
    @Param('name') channel: string,
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<void> {
    return this.restreams.remove({ channel, accountId }, id);
  }
}
