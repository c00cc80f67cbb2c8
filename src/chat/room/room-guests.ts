import { BoundedMap } from './bounded-map.js';
import { mentionKey } from '../messages/mentions.js';

/** The maximum number of remembered guests; the least recently active one is evicted. */
const GUESTS_MAX = 5_000;

/** A guest's identity as of their last message. */
export type KnownGuest = Readonly<{
  guestId: string;
  name: string;
  /** Null if all of the guest's messages came through other nodes. */
  addressHash: string | null;
}>;

/** The names and addresses of guests who recently chatted in one channel. */
export class RoomGuests {
  readonly #byId = new BoundedMap<string, KnownGuest>(GUESTS_MAX);
  readonly #byName = new BoundedMap<string, KnownGuest>(GUESTS_MAX);

  recordMessage(guest: KnownGuest): void {
    this.#byId.set(guest.guestId, guest);
    this.#byName.set(mentionKey(guest.name), guest);
  }

  /** Records the author of a message that any node stored. */
  recordStoredMessage({ guestId, name }: Pick<KnownGuest, 'guestId' | 'name'>): void {
    this.recordMessage({ guestId, name, addressHash: this.byId(guestId)?.addressHash ?? null });
  }

  byId(guestId: string): KnownGuest | undefined {
    return this.#byId.get(guestId);
  }

  /** Returns the guest who most recently chatted under this name. */
  byName(name: string): KnownGuest | undefined {
    return this.#byName.get(mentionKey(name));
  }
}
