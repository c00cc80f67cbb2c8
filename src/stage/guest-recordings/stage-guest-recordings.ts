import { Inject, Injectable } from '@nestjs/common';
import { LiveChannels } from '../../broadcast/live-channels.js';
import { PACKAGING, type PackagingPort } from '../../broadcast/ports/packaging.js';
import { RECORDING, type RecordingPort } from '../../broadcast/ports/recording.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import type { StageRoom } from '../room/stage-room.js';
import { StageRooms } from '../stage-rooms.js';
import { RoomGuestRecordings } from './room-guest-recordings.js';

/** Records guests separately, on all stages on this node. */
@Injectable()
export class StageGuestRecordings {
  /** By channel id. */
  readonly #rooms = new Map<string, RoomGuestRecordings>();
  readonly #log: Log;

  constructor(
    private readonly liveChannels: LiveChannels,
    @Inject(PACKAGING) private readonly packaging: PackagingPort,
    @Inject(RECORDING) private readonly recording: RecordingPort,
    rooms: StageRooms,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'stage' });
    rooms.events.on('opened', (room) => this.#follow(room));
    liveChannels.events.on('stateChanged', ({ id }) =>
      this.#rooms.get(id)?.setBroadcast(this.#broadcastOf(id)),
    );
  }

  /** @throws {DomainError} `conflict` if the channel's broadcasts aren't recorded */
  async assertRecorded({ channel: { id } }: StageRoom): Promise<void> {
    if (await this.recording.records(id)) return;
    throw new DomainError(
      'conflict',
      'Your broadcasts aren’t recorded, so guests can’t be recorded either. Turn on recording first.',
    );
  }

  #follow(room: StageRoom): void {
    const { id, name } = room.channel;
    const recordings = new RoomGuestRecordings({
      room,
      open: (guest) => this.packaging.openGuest(guest),
      log: this.#log.child({ channel: name }),
    });
    recordings.setBroadcast(this.#broadcastOf(id));
    this.#rooms.set(id, recordings);
    room.events.on('closed', () => this.#rooms.delete(id));
  }

  #broadcastOf(channelId: string): string | null {
    return this.liveChannels.current(channelId)?.id ?? null;
  }
}
