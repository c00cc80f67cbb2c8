import { Injectable } from '@nestjs/common';
import { lockAdministrator } from '../auth/administrator.repository.js';
import { PrismaService } from '../db/prisma.service.js';
import { type Administrator, writeAdminEvent } from '../security-log/admin-event.repository.js';

/** The number of rows per page. */
const PAGE = 500;
/** The text that replaces the name of a deleted account. */
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

/** Reads and deletes an account's data, in all tables. */
@Injectable()
export class AccountDataRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Reads an account's data except broadcasts and messages; resolves to null if it no longer
   * exists. The result contains no secrets, no hashes and no data of other people.
   */
  async export(id: string) {
    const account = await this.db.account.findUnique({
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
        events: {
          orderBy: { lastAt: 'desc' },
          select: {
            kind: true,
            subject: true,
            detail: true,
            network: true,
            device: true,
            count: true,
            firstAt: true,
            lastAt: true,
          },
        },
        adminEvents: {
          orderBy: { lastAt: 'desc' },
          select: { kind: true, subject: true, count: true, firstAt: true, lastAt: true },
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
            restreamTargets: {
              select: { name: true, url: true, enabled: true, createdAt: true },
            },
            stageScenes: { select: { list: true } },
            stageAssets: { select: { id: true, name: true, createdAt: true } },
            stageInvitations: {
              select: { note: true, uses: true, createdAt: true, expiresAt: true },
            },
          },
        },
      },
    });
    return account;
  }

  /** Yields the broadcasts of an account's channels. Reads them in pages. */
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
    return this.db.broadcast.findMany({
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

  /** Yields an account's chat messages by channel. Reads them in pages. */
  async *messages(accountId: string): AsyncGenerator<OwnMessage & { channel: string }> {
    const rooms = await this.db.chatMessage.groupBy({
      by: ['channelId'],
      where: { accountId },
      orderBy: { channelId: 'asc' },
    });
    for (const { channelId } of rooms) yield* this.#messagesIn(channelId, accountId);
  }

  async *#messagesIn(channelId: string, accountId: string) {
    const channel = await this.db.channel.findUnique({
      where: { id: channelId },
      select: { name: true },
    });
    let after = 0;
    for (;;) {
      const rows: OwnMessage[] = await this.db.chatMessage.findMany({
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
    const rows = await this.db.channel.findMany({ where: { ownerId }, select: { name: true } });
    return rows.map(({ name }) => name);
  }

  /**
   * Revokes an account's administrator role before the account is deleted. If no administrator who
   * can log in would remain, changes nothing and resolves to false.
   */
  async retire({ id, username }: Administrator, at: Date): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      const { isAdmin, isLast } = await lockAdministrator(tx, id);
      if (!isAdmin) return true;
      if (isLast) return false;
      await tx.account.updateMany({ where: { id }, data: { isAdmin: false } });
      const kind = 'own_account_deleted';
      await writeAdminEvent(
        tx,
        { by: { id, username }, kind, subject: username, accountId: id },
        at,
      );
      return true;
    });
  }

  /**
   * Deletes an account and its data. The account's messages in other people's chats remain, without
   * a name or account. If the account has become the last administrator, does nothing and resolves
   * to false.
   */
  async delete(accountId: string): Promise<boolean> {
    const name = DELETED_NAME;
    return this.db.$transaction(async (tx) => {
      if ((await lockAdministrator(tx, accountId)).isLast) return false;
      await tx.chatMessage.updateMany({
        where: { accountId },
        data: { accountId: null, name, displayName: '' },
      });
      await tx.heldMessage.deleteMany({ where: { accountId } });
      await tx.chatBan.deleteMany({ where: { accountId } });
      await tx.chatReaction.deleteMany({ where: { reactor: `a:${accountId}` } });
      await tx.stageGuest.deleteMany({ where: { person: `account:${accountId}` } });
      await tx.chatAuditEntry.updateMany({
        where: { byId: accountId },
        data: { byId: null, byName: name },
      });
      await tx.invitation.updateMany({ where: { usedById: accountId }, data: { usedById: null } });
      await tx.adminEvent.updateMany({ where: { byId: accountId }, data: { byName: name } });
      await tx.adminEvent.updateMany({
        where: { subjectAccount: accountId },
        data: { subject: name },
      });
      await tx.account.deleteMany({ where: { id: accountId } });
      return true;
    });
  }
}
