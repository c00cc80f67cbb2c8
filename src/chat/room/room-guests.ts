import { BoundedMap } from './bounded-map.js';
import { mentionKey } from '../messages/mentions.js';

/** Guests remembered; beyond it the guest who wrote longest ago is evicted. */
const GUESTS_MAX = 5_000;

/** A guest's identity when they last wrote. */
export type KnownGuest = Readonly<{ guestId: string; name: string; addressHash: string }>;

/** Guests who recently wrote in one channel: their names and addresses. */
export class RoomGuests {
  readonly #byId = new BoundedMap<string, KnownGuest>(GUESTS_MAX);
  readonly #byName = new BoundedMap<string, KnownGuest>(GUESTS_MAX);

  wrote(guest: KnownGuest): void {
    this.#byId.set(guest.guestId, guest);
    this.#byName.set(mentionKey(guest.name), guest);
  }

  byId(guestId: string): KnownGuest | undefined {
    return this.#byId.get(guestId);
  }

  /** Returns the most recent guest with this name. */
  byName(name: string): KnownGuest | undefined {
    return this.#byName.get(mentionKey(name));
  }
}
