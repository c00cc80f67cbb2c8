import { ADDRESS_BAN_MS } from '../../access/address-ban.js';
import { type Author, authorKey } from '../messages/chat-message.js';

/** A ban as stored: without an end, or a time-out. */
export type StoredBan = Readonly<
  Author & {
    id: string;
    name: string;
    reason: string;
    createdAt: Date;
    /** Where they were lately; base64url. Guests who come from there are banned too. */
    addressHashes: readonly string[];
    /** Null: for ever. */
    expiresAt: Date | null;
  }
>;

/** A sender as bans know them. */
export type Sender = Readonly<{ author: Author; addressHash: string }>;

/** Who may not write in one channel, from memory. As many as are stored: the repository bounds them. */
export class RoomBans {
  readonly #byAuthor = new Map<string, StoredBan>();
  readonly #byAddress = new Map<string, Map<string, StoredBan>>();

  constructor(bans: readonly StoredBan[]) {
    for (const ban of bans) this.add(ban);
  }

  /** The ban that keeps a sender from writing now, if any. */
  find({ author, addressHash }: Sender, nowMs: number): StoredBan | null {
    const own = this.#byAuthor.get(authorKey(author));
    if (own && holds(own, nowMs)) return own;
    // An account is somebody whatever the address.
    if (author.accountId !== null) return null;
    for (const ban of this.#byAddress.get(addressHash)?.values() ?? [])
      if (holds(ban, nowMs) && nowMs < ban.createdAt.getTime() + ADDRESS_BAN_MS) return ban;
    return null;
  }

  /** The ban of an author, whatever their address. */
  of(author: Author, nowMs: number): StoredBan | null {
    const ban = this.#byAuthor.get(authorKey(author));
    return ban && holds(ban, nowMs) ? ban : null;
  }

  /** Puts a ban in the place of the author's last one. */
  add(ban: StoredBan): void {
    const key = authorKey(ban);
    this.remove(ban);
    this.#byAuthor.set(key, ban);
    for (const hash of ban.addressHashes) {
      const there = this.#byAddress.get(hash) ?? new Map<string, StoredBan>();
      this.#byAddress.set(hash, there.set(key, ban));
    }
  }

  remove(author: Author): void {
    const key = authorKey(author);
    const ban = this.#byAuthor.get(key);
    this.#byAuthor.delete(key);
    for (const hash of ban?.addressHashes ?? []) {
      const there = this.#byAddress.get(hash);
      there?.delete(key);
      if (there?.size === 0) this.#byAddress.delete(hash);
    }
  }
}

function holds({ expiresAt }: StoredBan, nowMs: number): boolean {
  return expiresAt === null || nowMs < expiresAt.getTime();
}
