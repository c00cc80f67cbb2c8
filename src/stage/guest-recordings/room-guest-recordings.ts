import { randomUUID } from 'node:crypto';
import type { BroadcastPackage } from '../../broadcast/ports/packaging.js';
import type { RecordedGuest } from '../../broadcast/ports/recording.js';
import type { ParticipantMedia } from '../../broadcast/ports/stage.js';
import type { Log } from '../../common/logger.js';
import type { Participant } from '../room/participant.js';
import type { StageRoom } from '../room/stage-room.js';

/** The time from when a guest goes on stage until they leave it. Its recording becomes one file. */
type Stay = {
  readonly media: BroadcastPackage;
  /** The connection whose tracks are recorded; null while the guest is away. */
  connection: ParticipantMedia | null;
};

type Options = Readonly<{
  room: StageRoom;
  open: (guest: RecordedGuest) => BroadcastPackage;
  log: Log;
}>;

/**
 * Records the guests on one stage separately, while the host has turned this on and the broadcast
 * is running. If a guest's connection is lost and the guest returns within the grace period, the
 * same file continues.
 */
export class RoomGuestRecordings {
  readonly #options: Options;
  /** The recordings in progress, by participant id. */
  readonly #stays = new Map<string, Stay>();
  #broadcastId: string | null = null;

  constructor(options: Options) {
    this.#options = options;
    options.room.events.on('changed', () => this.#update());
    options.room.events.on('closed', () => this.#update());
  }

  /** Sets the channel's broadcast; null if it isn't live. */
  setBroadcast(id: string | null): void {
    if (id === this.#broadcastId) return;
    this.#broadcastId = id;
    this.#endAll();
    this.#update();
  }

  #update(): void {
    const { room, open } = this.#options;
    const broadcastId = this.#broadcastId;
    if (broadcastId === null || room.closed || !room.recordsGuests) return this.#endAll();
    const guests = room.participants.filter(
      ({ role, place }) => role === 'guest' && place === 'on-stage',
    );
    for (const id of this.#stays.keys()) if (!guests.some((one) => one.id === id)) this.#end(id);
    for (const guest of guests) {
      const stay = this.#stays.get(guest.id) ?? {
        media: open({
          id: randomUUID(),
          broadcastId,
          channel: room.channel.name,
          name: guest.name,
        }),
        connection: null,
      };
      this.#stays.set(guest.id, stay);
      this.#follow(stay, guest);
    }
  }

  /** Records the guest's current connection. */
  #follow(stay: Stay, { id, connection }: Participant): void {
    const media = connection?.media ?? null;
    if (stay.connection === media) return;
    if (stay.connection) stay.media.interrupt();
    stay.connection = media;
    if (!media) return;
    const isCurrent = () => stay.connection === media && this.#stays.get(id) === stay;
    media.tap().then(
      (tap) => (isCurrent() ? stay.media.take(tap) : tap.close()),
      (err: unknown) => {
        // The guest left, or the worker died, in which case the guest connects again.
        if (!media.closed) this.#options.log.warn({ err }, 'a guest could not be recorded');
      },
    );
  }

  #endAll(): void {
    for (const id of this.#stays.keys()) this.#end(id);
  }

  #end(id: string): void {
    this.#stays.get(id)?.media.close();
    this.#stays.delete(id);
  }
}
