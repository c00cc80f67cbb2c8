import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { STAGE_MEDIA, type StageMediaPort } from '../broadcast/ports/stage.js';
import { ChannelService } from '../channels/channel.service.js';
import { LOG, type Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import { StageInvitations } from './invitations/stage-invitations.js';
import type { OwnChannel } from './own-channels.js';
import { type Programme, StageRoom } from './room/stage-room.js';
import { StageBanRepository } from './stage-ban.repository.js';

/** The open stages on this node, by channel id. A channel has at most one. */
@Injectable()
export class StageRooms implements OnApplicationShutdown {
  readonly #emitter = new TypedEmitter<{ opened: [StageRoom] }>();
  readonly events = this.#emitter.listenable;
  readonly #rooms = new Map<string, StageRoom>();
  readonly #log: Log;

  // oxlint-disable-next-line max-params -- Injected by Nest: media, and what changes a stage.
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly bans: StageBanRepository,
    channels: ChannelService,
    access: AccessService,
    invitations: StageInvitations,
    @Inject(STAGE_MEDIA) private readonly media: StageMediaPort,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'stage' });
    liveChannels.events.on('stateChanged', ({ id }) =>
      this.#rooms.get(id)?.setProgramme(this.#programmeOf(id)),
    );
    access.events.on('changed', (name) => this.#removeBanned((room) => room.channel.name === name));
    access.events.on('missed', () => this.#removeBanned(() => true));
    channels.events.on('titleChanged', ({ id, title }) => this.#rooms.get(id)?.rename(title));
    channels.events.on('channelDeleted', ({ id }) => this.#rooms.get(id)?.close());
    invitations.events.on('revoked', (invitationId) => this.#revoke(invitationId));
  }

  onApplicationShutdown(): void {
    for (const room of this.#rooms.values()) room.close();
  }

  get rooms(): IterableIterator<StageRoom> {
    return this.#rooms.values();
  }

  find(channelId: string): StageRoom | undefined {
    return this.#rooms.get(channelId);
  }

  /** Returns the channel's stage. Opens it if it isn't open. */
  open(channel: OwnChannel, hostName: string): StageRoom {
    const known = this.#rooms.get(channel.id);
    if (known) return known;
    const { media, config } = this;
    const log = this.#log.child({ channel: channel.name });
    const { graceMs } = config.broadcast;
    const room = new StageRoom({ channel, hostName, media, graceMs, log });
    room.setProgramme(this.#programmeOf(channel.id));
    this.#rooms.set(channel.id, room);
    room.events.on('closed', () => this.#rooms.delete(channel.id));
    log.info('stage opened');
    this.#emitter.emit('opened', room);
    return room;
  }

  #programmeOf(channelId: string): Programme {
    const current = this.liveChannels.current(channelId);
    const broadcast = this.liveChannels.find(channelId)?.broadcast;
    return {
      isLive: current?.state === 'live',
      media: current === null ? null : (broadcast?.media ?? null),
    };
  }

  /** Removes guests who have been banned from the channel. */
  #removeBanned(isConcerned: (room: StageRoom) => boolean): void {
    for (const room of this.#rooms.values())
      if (isConcerned(room))
        this.#removeBannedFrom(room).catch((err: unknown) =>
          this.#log.warn({ err, channel: room.channel.name }, 'bans can’t be checked'),
        );
  }

  async #removeBannedFrom(room: StageRoom): Promise<void> {
    for (const guest of room.participants) {
      const { invited } = guest;
      if (invited && (await this.bans.isBanned(room.channel.id, invited.bannable)))
        room.remove(guest, 'removed');
    }
  }

  #revoke(invitationId: string): void {
    for (const room of this.#rooms.values())
      for (const guest of room.participants)
        if (guest.invited?.invitationId === invitationId) room.remove(guest, 'revoked');
  }
}
