import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../db/prisma-errors.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { HeldMessageView } from '../../protocol/chat-moderation.js';
import type { Author, NewMessage } from '../messages/chat-message.js';
import { FROM_STORED_ROLE, type StoredRole, TO_STORED_ROLE } from '../messages/chat-role.js';

/** Limit of held messages per channel; more are refused. */
export const HELD_MAX = 500;

export type HoldReason = HeldMessageView['reason'];

/** A held message as stored. */
export type HeldMessage = Readonly<
  NewMessage & { id: string; reason: HoldReason; sentAt: Date; addressHash: string | null }
>;

const TO_REASON = { link: 'LINK', first_message: 'FIRST_MESSAGE' } as const;
const FROM_REASON = { LINK: 'link', FIRST_MESSAGE: 'first_message' } as const;

type Row = Omit<NewMessage, 'role'> & {
  id: string;
  role: StoredRole;
  reason: keyof typeof FROM_REASON;
  sentAt: Date;
  addressHash: Uint8Array | null;
};

/** Stores held messages. */
@Injectable()
export class HeldRepository {
  constructor(private readonly db: PrismaService) {}

  /** Resolves with the message held under this nonce: the first one, if it was sent before. */
  async add(
    message: NewMessage,
    { reason, sentAt, addressHash }: Pick<HeldMessage, 'reason' | 'sentAt' | 'addressHash'>,
  ): Promise<{ held: HeldMessage; isNew: boolean }> {
    const { channelId, nonce } = message;
    try {
      const row = await this.db.heldMessage.create({
        data: {
          ...message,
          role: TO_STORED_ROLE[message.role],
          reason: TO_REASON[reason],
          sentAt,
          addressHash:
            addressHash === null ? null : new Uint8Array(Buffer.from(addressHash, 'base64url')),
        },
      });
      return { held: toHeld(row), isNew: true };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const row = await this.db.heldMessage.findUniqueOrThrow({
        where: { channelId_nonce: { channelId, nonce } },
      });
      return { held: toHeld(row), isNew: false };
    }
  }

  async isHeld(channelId: string, nonce: string): Promise<boolean> {
    return (await this.db.heldMessage.count({ where: { channelId, nonce } })) > 0;
  }

  /** Counts the messages held in a channel, optionally of one author. */
  async count(channelId: string, author: Author | null = null): Promise<number> {
    const of = author === null ? {} : authorWhere(author);
    return this.db.heldMessage.count({ where: { channelId, ...of } });
  }

  /** Counts the held guest messages from one address in a channel. */
  async countFrom(channelId: string, hash: string): Promise<number> {
    const addressHash = new Uint8Array(Buffer.from(hash, 'base64url'));
    return this.db.heldMessage.count({ where: { channelId, addressHash } });
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

  /** Resolves with false if it no longer exists. */
  async remove(channelId: string, id: string): Promise<boolean> {
    return (await this.db.heldMessage.deleteMany({ where: { channelId, id } })).count > 0;
  }
}

function authorWhere({ accountId, guestId }: Author) {
  return accountId === null ? { guestId } : { accountId };
}

function toHeld({ role, reason, addressHash, ...row }: Row): HeldMessage {
  return {
    ...row,
    role: FROM_STORED_ROLE[role],
    reason: FROM_REASON[reason],
    addressHash: addressHash === null ? null : Buffer.from(addressHash).toString('base64url'),
  };
}
