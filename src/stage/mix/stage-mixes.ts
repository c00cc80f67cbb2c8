import { Inject, Injectable } from '@nestjs/common';
import { BroadcastControl } from '../../broadcast/broadcast-control.js';
import { PublishingService } from '../../broadcast/publishing.service.js';
import { ChannelService } from '../../channels/channel.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import type { MixProgramme } from '../../protocol/stage.js';
import { StageAssetRepository } from '../assets/stage-asset.repository.js';
import type { StageRoom } from '../room/stage-room.js';
import { MixPicture } from './mix-picture.js';
import { RoomMix } from './room-mix.js';

/** The stages that this server mixes. */
@Injectable()
export class StageMixes {
  readonly #mixes = new Map<StageRoom, RoomMix>();
  readonly #log: Log;

  // oxlint-disable-next-line max-params -- Injected by Nest: what a mix needs of the broadcast.
  constructor(
    private readonly publishing: PublishingService,
    private readonly control: BroadcastControl,
    private readonly channels: ChannelService,
    private readonly assets: StageAssetRepository,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'stage' });
  }

  /**
   * Starts mixing a stage's programme, or changes the programme if it is already being mixed.
   * @throws {DomainError} `not_live`, `stage_limit`, `unavailable`
   */
  async start(room: StageRoom, programme: MixProgramme): Promise<void> {
    const running = this.#mixes.get(room);
    if (running) {
      running.setProgramme(programme);
      return;
    }
    const { id, name } = room.channel;
    const channel = await this.channels.get(name);
    const log = this.#log.child({ channel: name });
    const mix = new RoomMix({
      room,
      programme,
      picture: new MixPicture((asset) => this.assets.data(id, asset)),
      publish: (peer, open) => this.publishing.mix(channel, peer, open),
      endBroadcast: () => {
        this.control.end(id, 'grace_elapsed').catch((err: unknown) => {
          log.warn({ err }, 'the broadcast of an abandoned stage could not be ended');
        });
      },
      graceMs: this.config.broadcast.graceMs,
      clock: this.clock,
      log,
    });
    this.#mixes.set(room, mix);
    void mix.ended.then(() => this.#mixes.delete(room));
    await mix.start();
    log.info('the server started mixing a stage');
  }

  /** @throws {DomainError} `conflict` if the server doesn't mix the stage */
  setProgramme(room: StageRoom, programme: MixProgramme): void {
    const mix = this.#mixes.get(room);
    if (!mix) throw new DomainError('conflict', 'The server no longer mixes this stage.');
    mix.setProgramme(programme);
  }
}
