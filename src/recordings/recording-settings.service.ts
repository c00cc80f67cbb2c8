import { Injectable } from '@nestjs/common';
import { ChannelService } from '../channels/channel.service.js';
import { DomainError } from '../common/domain-error.js';
import type { RecordingSettings } from '../protocol/recording.js';
import { RecordingRepository } from './recording.repository.js';

/** Manages the recording settings of channels. */
@Injectable()
export class RecordingSettingsService {
  constructor(
    private readonly channels: ChannelService,
    private readonly repository: RecordingRepository,
  ) {}

  /** @throws {DomainError} `channel_not_found`; `forbidden` for anyone but the owner */
  async get(name: string, accountId: string): Promise<RecordingSettings> {
    return this.repository.settings(await this.#own(name, accountId));
  }

  /** @throws {DomainError} `channel_not_found`; `forbidden` for anyone but the owner */
  async change(
    name: string,
    accountId: string,
    settings: RecordingSettings,
  ): Promise<RecordingSettings> {
    await this.repository.setSettings(await this.#own(name, accountId), settings);
    return settings;
  }

  async #own(name: string, accountId: string): Promise<string> {
    const { id, ownerId } = await this.channels.get(name);
    if (ownerId !== accountId)
      throw new DomainError('forbidden', 'Only the channel’s owner can do that.');
    return id;
  }
}
