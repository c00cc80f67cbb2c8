import { BoundedMap } from './bounded-map.js';
import { mentionKey } from '../messages/mentions.js';

/** Guests who are remembered; beyond it the one who wrote longest ago is forgotten. */
const GUESTS_MAX = 5_000;

/** What a guest left when they wrote last. */
export type KnownGuest = Readonly<{ guestId: string; name: string; addressHash: string }>;

/** The guests who wrote in one channel lately: under which name, and from where. */
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

  /** The last who wrote under a name. */
  byName(name: string): KnownGuest | undefined {
    return this.#byName.get(mentionKey(name));
  }
}
