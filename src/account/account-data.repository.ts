import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';

/** Rows that are read at once. */
const PAGE = 500;
/** Stands where the name of an account stood that is gone. */
export const DELETED_NAME = 'deleted account';

/** A message that an account wrote. */
export type OwnMessage = Readonly<{
  channelId: string;
  seq: number;
  text: string;
  sentAt: Date;
  deletedAt: Date | null;
}>;

type BroadcastRow = Readonly<{
  id: string;
  title: string;
  startedAt: Date;
  endedAt: Date | null;
  endReason: string | null;
  peakViewers: number;
  channel: { name: string };
  recording: { state: string; durationMs: number; kept: boolean } | null;
}>;
/** A broadcast on one of an account's channels. */
export type OwnBroadcast = Omit<BroadcastRow, 'channel'> & Readonly<{ channel: string }>;

/** What there is of one account, in all tables. */
@Injectable()
export class AccountDataRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /** Without the messages; null when the account is gone. No secrets, no hashes, nothing of others. */
  async export(id: string) {
    const account = await this.#db.account.findUnique({
      where: { id },
      select: {
        id: true,
        username: true,
        displayName: true,
        isAdmin: true,
        createdAt: true,
        totpEnabledAt: true,
        avatar: { select: { version: true, createdAt: true } },
        identities: { select: { issuer: true, subject: true, createdAt: true } },
        sessions: {
          select: { userAgent: true, address: true, createdAt: true, lastUsedAt: true },
        },
        apiTokens: {
          select: { name: true, scopes: true, createdAt: true, lastUsedAt: true, expiresAt: true },
        },
        follows: { select: { createdAt: true, channel: { select: { name: true } } } },
        moderates: { select: { createdAt: true, channel: { select: { name: true } } } },
        clips: {
          select: {
            id: true,
            recordingId: true,
            title: true,
            startMs: true,
            durationMs: true,
            createdAt: true,
            channel: { select: { name: true } },
          },
        },
        channels: {
          select: {
            name: true,
            title: true,
            visibility: true,
            blockedWords: true,
            createdAt: true,
            lastLiveAt: true,
            webhooks: { select: { url: true, events: true, createdAt: true } },
          },
        },
      },
    });
    return account;
  }

  /** The broadcasts of an account's channels, in pages. */
  async *broadcasts(ownerId: string): AsyncGenerator<OwnBroadcast> {
    let after: string | null = null;
    for (;;) {
      const rows = await this.#broadcastsAfter(ownerId, after);
      for (const { channel, ...row } of rows) yield { ...row, channel: channel.name };
      after = rows.at(-1)?.id ?? null;
      if (rows.length < PAGE) return;
    }
  }

  #broadcastsAfter(ownerId: string, after: string | null): Promise<BroadcastRow[]> {
    return this.#db.broadcast.findMany({
      where: { channel: { ownerId }, ...(after === null ? {} : { id: { gt: after } }) },
      orderBy: { id: 'asc' },
      take: PAGE,
      select: {
        id: true,
        title: true,
        startedAt: true,
        endedAt: true,
        endReason: true,
        peakViewers: true,
        channel: { select: { name: true } },
        recording: { select: { state: true, durationMs: true, kept: true } },
      },
    });
  }

  /** What an account wrote in all chats, by channel, in pages. */
  async *messages(accountId: string): AsyncGenerator<OwnMessage & { channel: string }> {
    const rooms = await this.#db.chatMessage.groupBy({
      by: ['channelId'],
      where: { accountId },
      orderBy: { channelId: 'asc' },
    });
    for (const { channelId } of rooms) yield* this.#messagesIn(channelId, accountId);
  }

  async *#messagesIn(channelId: string, accountId: string) {
    const channel = await this.#db.channel.findUnique({
      where: { id: channelId },
      select: { name: true },
    });
    let after = 0;
    for (;;) {
      const rows: OwnMessage[] = await this.#db.chatMessage.findMany({
        where: { channelId, accountId, seq: { gt: after } },
        orderBy: { seq: 'asc' },
        take: PAGE,
        select: { channelId: true, seq: true, text: true, sentAt: true, deletedAt: true },
      });
      for (const row of rows) yield { ...row, channel: channel?.name ?? '' };
      after = rows.at(-1)?.seq ?? after;
      if (rows.length < PAGE) return;
    }
  }

  async channelNames(ownerId: string): Promise<string[]> {
    const rows = await this.#db.channel.findMany({ where: { ownerId }, select: { name: true } });
    return rows.map(({ name }) => name);
  }

  /** Whether nobody else who can log in is administrator. */
  async isLastAdministrator(id: string): Promise<boolean> {
    const own = await this.#db.account.findUnique({ where: { id }, select: { isAdmin: true } });
    if (own?.isAdmin !== true) return false;
    const where = { isAdmin: true, disabledAt: null, id: { not: id } };
    return (await this.#db.account.count({ where })) === 0;
  }

  /**
   * Deletes an account. What it wrote in others' chats stays as part of their conversations, without
   * name and account; all else of it goes.
   */
  async delete(accountId: string): Promise<void> {
    const name = DELETED_NAME;
    await this.#db.$transaction([
      this.#db.chatMessage.updateMany({
        where: { accountId },
        data: { accountId: null, name, displayName: '' },
      }),
      this.#db.heldMessage.deleteMany({ where: { accountId } }),
      this.#db.chatBan.deleteMany({ where: { accountId } }),
      this.#db.chatReaction.deleteMany({ where: { reactor: `a:${accountId}` } }),
      this.#db.chatAuditEntry.updateMany({
        where: { byId: accountId },
        data: { byId: null, byName: name },
      }),
      this.#db.invitation.updateMany({
        where: { usedById: accountId },
        data: { usedById: null },
      }),
      this.#db.account.deleteMany({ where: { id: accountId } }),
    ]);
  }
}
