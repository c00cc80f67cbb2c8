import { ADDRESS_BAN_MS } from '../../access/address-ban.js';
import { type Author, authorKey } from '../messages/chat-message.js';

/** A stored ban, which is either permanent or a time-out. */
export type StoredBan = Readonly<
  Author & {
    id: string;
    name: string;
    reason: string;
    createdAt: Date;
    /**
     * Hashes of the person's recent addresses, base64url. Guests at these addresses are banned too.
     */
    addressHashes: readonly string[];
    /** The time at which the ban ends; null if it is permanent. */
    expiresAt: Date | null;
  }
>;

/** The properties by which bans identify a sender. */
export type Sender = Readonly<{ author: Author; addressHash: string }>;

/**
 * The bans of one channel, in memory. All stored bans are loaded, and their number is bounded by
 * the repository.
 */
export class RoomBans {
  readonly #byAuthor = new Map<string, StoredBan>();
  readonly #byAddress = new Map<string, Map<string, StoredBan>>();

  constructor(bans: readonly StoredBan[]) {
    for (const ban of bans) this.add(ban);
  }

  /** Returns the ban that applies to a sender now, if any. */
  find({ author, addressHash }: Sender, nowMs: number): StoredBan | null {
    const own = this.#byAuthor.get(authorKey(author));
    if (own && holds(own, nowMs)) return own;
    // Accounts are banned by identity, not by address.
    if (author.accountId !== null) return null;
    for (const ban of this.#byAddress.get(addressHash)?.values() ?? [])
      if (holds(ban, nowMs) && nowMs < ban.createdAt.getTime() + ADDRESS_BAN_MS) return ban;
    return null;
  }

  /** Returns an author's own ban, ignoring address bans. */
  of(author: Author, nowMs: number): StoredBan | null {
    const ban = this.#byAuthor.get(authorKey(author));
    return ban && holds(ban, nowMs) ? ban : null;
  }

  /** Adds a ban, which replaces the author's previous one. */
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
