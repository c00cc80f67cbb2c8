import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { HeldMessageView } from '../../protocol/chat-moderation.js';
import type { Author, NewMessage } from '../messages/chat-message.js';
import type { ChangeVersion, StoredChange } from '../room/stored-change.js';
import { RoomChangeRepository } from '../room/room-change.repository.js';
import { FROM_STORED_ROLE, type StoredRole, TO_STORED_ROLE } from '../messages/chat-role.js';

/** The maximum number of held messages per channel; further ones are refused. */
export const HELD_MAX = 500;

export type HoldReason = HeldMessageView['reason'];

/** A held message as it is stored. */
export type HeldMessage = Readonly<
  NewMessage & { id: string; reason: HoldReason; sentAt: Date; addressHash: string | null }
>;

type ToAdd = Readonly<
  Pick<HeldMessage, 'reason' | 'sentAt' | 'addressHash'> & {
    perAuthorMax: number;
    /** The limit for guests at one address. */
    perAddressMax: number;
  }
>;

/** The result of holding a message. */
export type Added =
  | Readonly<{ name: 'added'; held: HeldMessage; version: ChangeVersion }>
  | Readonly<{ name: 'known'; held: HeldMessage }>
  /** Too many messages from the author, or from guests at the author's address, are held. */
  | Readonly<{ name: 'sender-full' }>
  | Readonly<{ name: 'channel-full' }>;

const TO_REASON = { link: 'LINK', first_message: 'FIRST_MESSAGE' } as const;
const FROM_REASON = { LINK: 'link', FIRST_MESSAGE: 'first_message' } as const;

type Row = Omit<NewMessage, 'role'> & {
  judgedUntil: Date | null;
  id: string;
  role: StoredRole;
  reason: keyof typeof FROM_REASON;
  sentAt: Date;
  addressHash: Uint8Array | null;
};

/** Stores held messages. */
@Injectable()
export class HeldRepository {
  constructor(
    private readonly db: PrismaService,
    private readonly changes: RoomChangeRepository,
  ) {}

  /**
   * Holds a message, unless that exceeds a limit. If a message with the same nonce is already held,
   * resolves with that one. Messages are added to a channel one at a time, so concurrent messages
   * can't exceed a limit together.
   */
  async add(
    message: NewMessage,
    { reason, sentAt, addressHash, perAuthorMax, perAddressMax }: ToAdd,
  ): Promise<Added> {
    const { channelId, nonce } = message;
    const address =
      addressHash === null ? null : new Uint8Array(Buffer.from(addressHash, 'base64url'));
    return this.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR NO KEY UPDATE`;
      const { heldMessage } = tx;
      const known = await heldMessage.findUnique({
        where: { channelId_nonce: { channelId, nonce } },
      });
      if (known) return { name: 'known', held: toHeld(known) };
      const count = (where: object) => heldMessage.count({ where: { channelId, ...where } });
      if ((await count(authorWhere(message))) >= perAuthorMax) return { name: 'sender-full' };
      if (address !== null && (await count({ addressHash: address })) >= perAddressMax)
        return { name: 'sender-full' };
      if ((await count({})) >= HELD_MAX) return { name: 'channel-full' };
      const row = await heldMessage.create({
        data: {
          ...message,
          role: TO_STORED_ROLE[message.role],
          reason: TO_REASON[reason],
          sentAt,
          addressHash: address,
        },
      });
      const change = { kind: 'held', heldId: row.id } as const;
      const version = await this.changes.append(tx, channelId, change);
      return { name: 'added', held: toHeld(row), version };
    });
  }

  /** Counts the messages held in a channel. */
  async count(channelId: string): Promise<number> {
    return this.db.heldMessage.count({ where: { channelId } });
  }

  /** Lists a channel's held messages, oldest first. */
  async list(channelId: string): Promise<HeldMessage[]> {
    const rows = await this.db.heldMessage.findMany({
      where: { channelId },
      orderBy: [{ sentAt: 'asc' }, { id: 'asc' }],
      take: HELD_MAX,
    });
    return rows.map(toHeld);
  }

  async find(channelId: string, id: string): Promise<HeldMessage | null> {
    const row = await this.db.heldMessage.findFirst({ where: { channelId, id } });
    return row && toHeld(row);
  }

  /**
   * Claims a message for one moderator's decision. Resolves to null if it is no longer held, or if
   * another decision is being carried out. A claim expires at `until`, in case the process that
   * made it crashes.
   */
  async claim(
    channelId: string,
    id: string,
    { now, until }: { now: Date; until: Date },
  ): Promise<HeldMessage | null> {
    const free = { OR: [{ judgedUntil: null }, { judgedUntil: { lte: now } }] };
    const [row] = await this.db.heldMessage.updateManyAndReturn({
      where: { channelId, id, ...free },
      data: { judgedUntil: until },
    });
    return row ? toHeld(row) : null;
  }

  /** Ends a claim without a decision. */
  async unclaim(channelId: string, id: string, until: Date): Promise<void> {
    await this.db.heldMessage.updateMany({
      where: { channelId, id, judgedUntil: until },
      data: { judgedUntil: null },
    });
  }

  /** Resolves to `removed: false` if the message is no longer held. */
  async remove(
    channelId: string,
    judged: Extract<StoredChange, { kind: 'judged' }>,
  ): Promise<{ removed: boolean; version: ChangeVersion }> {
    const { result, version } = await this.changes.record(
      channelId,
      ({ heldMessage }) => heldMessage.deleteMany({ where: { channelId, id: judged.heldId } }),
      ({ count }) => (count > 0 ? judged : null),
    );
    return { removed: result.count > 0, version };
  }
}

function authorWhere({ accountId, guestId }: Author) {
  return accountId === null ? { guestId } : { accountId };
}

function toHeld({ role, reason, addressHash, judgedUntil: _until, ...row }: Row): HeldMessage {
  return {
    ...row,
    role: FROM_STORED_ROLE[role],
    reason: FROM_REASON[reason],
    addressHash: addressHash === null ? null : Buffer.from(addressHash).toString('base64url'),
  };
}

/** Converts a held message to the view that moderators get. */
export function heldView({
  id,
  name,
  displayName,
  role,
  text,
  reason,
  sentAt,
}: HeldMessage): HeldMessageView {
  return {
    id,
    name,
    ...(displayName === '' ? {} : { displayName }),
    role,
    text,
    reason,
    sentAt: sentAt.toISOString(),
  };
}
