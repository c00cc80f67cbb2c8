import { BoundedMap } from './bounded-map.js';
import { mentionKey } from '../messages/mentions.js';

/** The maximum number of remembered guests; the one who wrote longest ago is evicted. */
const GUESTS_MAX = 5_000;

/** A guest's identity when they last wrote. */
export type KnownGuest = Readonly<{
  guestId: string;
  name: string;
  /** Null if the guest has written only through other nodes. */
  addressHash: string | null;
}>;

/** The names and addresses of guests who recently wrote in one channel. */
export class RoomGuests {
  readonly #byId = new BoundedMap<string, KnownGuest>(GUESTS_MAX);
  readonly #byName = new BoundedMap<string, KnownGuest>(GUESTS_MAX);

  wrote(guest: KnownGuest): void {
    this.#byId.set(guest.guestId, guest);
    this.#byName.set(mentionKey(guest.name), guest);
  }

  /** Records that a guest wrote, on any node. */
  heard({ guestId, name }: Pick<KnownGuest, 'guestId' | 'name'>): void {
    this.wrote({ guestId, name, addressHash: this.byId(guestId)?.addressHash ?? null });
  }

  byId(guestId: string): KnownGuest | undefined {
    return this.#byId.get(guestId);
  }

  /** Returns the guest who most recently wrote under this name. */
  byName(name: string): KnownGuest | undefined {
    return this.#byName.get(mentionKey(name));
  }
}
