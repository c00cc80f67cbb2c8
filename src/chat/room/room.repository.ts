import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChatSettings } from '../../protocol/chat-rules.js';
import { MODERATORS_MAX } from '../../protocol/limits.js';
import type { RoomPosition, RoomState } from './chat-room.js';
import type { StoredMessage } from '../messages/chat-message.js';
import { toMessage } from '../messages/chat.repository.js';
import type { ChangeVersion } from './stored-change.js';
import { RoomChangeRepository } from './room-change.repository.js';
import { NO_RULES } from './room-rules.js';
import { BanRepository } from './ban.repository.js';

const SETTINGS = {
  slowModeS: true,
  chatRegisteredOnly: true,
  followersOnlyMin: true,
  chatEmojiOnly: true,
  chatHoldLinks: true,
  chatHoldFirst: true,
  blockedWords: true,
} as const;

/** Stores a channel's chat settings. */
@Injectable()
export class RoomRepository {
  constructor(
    private readonly db: PrismaService,
    private readonly bans: BanRepository,
    private readonly changes: RoomChangeRepository,
  ) {}

  /** Loads everything that a room keeps in memory. */
  async load(channelId: string): Promise<RoomState> {
    const row = await this.db.channel.findUnique({
      where: { id: channelId },
      select: { ...SETTINGS, pinnedSeq: true, chatSeq: true, roomVersion: true },
    });
    // Everything else is read after the position, so it is at least as new.
    const [bans, moderators, pinned] = await Promise.all([
      this.bans.all(channelId),
      this.db.channelModerator.findMany({
        where: { channelId },
        select: { accountId: true },
        take: MODERATORS_MAX,
      }),
      this.#pinned(channelId, row?.pinnedSeq ?? null),
    ]);
    return {
      settings: row === null ? NO_RULES : fromRow(row),
      moderators: moderators.map(({ accountId }) => accountId),
      bans,
      pinned,
      position: { seq: row?.chatSeq ?? 0, version: row?.roomVersion ?? 0 },
    };
  }

  async #pinned(channelId: string, seq: number | null): Promise<StoredMessage | null> {
    if (seq === null) return null;
    const row = await this.db.chatMessage.findUnique({
      where: { channelId_seq: { channelId, seq } },
    });
    return row && row.deletedAt === null ? toMessage(row) : null;
  }

  /** Returns the positions of the channels that exist. */
  async positions(channelIds: readonly string[]): Promise<Map<string, RoomPosition>> {
    const rows = await this.db.channel.findMany({
      where: { id: { in: [...channelIds] } },
      select: { id: true, chatSeq: true, roomVersion: true },
    });
    return new Map(
      rows.map(({ id, chatSeq: seq, roomVersion: version }) => [id, { seq, version }]),
    );
  }

  /** Returns the stored settings; the default ones if the channel no longer exists. */
  async settings(channelId: string): Promise<ChatSettings> {
    const row = await this.db.channel.findUnique({ where: { id: channelId }, select: SETTINGS });
    return row === null ? NO_RULES : fromRow(row);
  }

  /**
   * Changes the settings while the channel is locked, so that concurrent changes build on each
   * other.
   * @param change returns the new settings
   */
  async change(
    channelId: string,
    change: (before: ChatSettings) => ChatSettings,
  ): Promise<{ before: ChatSettings; settings: ChatSettings; version: ChangeVersion }> {
    return this.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR NO KEY UPDATE`;
      const row = await tx.channel.findUnique({ where: { id: channelId }, select: SETTINGS });
      const before = row === null ? NO_RULES : fromRow(row);
      const settings = change(before);
      await tx.channel.updateMany({ where: { id: channelId }, data: toRow(settings) });
      const version = await this.changes.append(tx, channelId, { kind: 'settings' });
      return { before, settings, version };
    });
  }

  /** Pins a message, or unpins it if `seq` is null. */
  async pin(channelId: string, seq: number | null): Promise<ChangeVersion> {
    const { version } = await this.changes.record(
      channelId,
      ({ channel }) => channel.updateMany({ where: { id: channelId }, data: { pinnedSeq: seq } }),
      () => ({ kind: 'pinned', seq }),
    );
    return version;
  }
}

type SettingsRow = {
  slowModeS: number;
  chatRegisteredOnly: boolean;
  followersOnlyMin: number | null;
  chatEmojiOnly: boolean;
  chatHoldLinks: boolean;
  chatHoldFirst: boolean;
  blockedWords: string[];
};

function toRow({ rules, blockedWords }: ChatSettings): SettingsRow {
  return {
    slowModeS: rules.slowModeS,
    chatRegisteredOnly: rules.registeredOnly,
    followersOnlyMin: rules.followersOnlyMin,
    chatEmojiOnly: rules.emojiOnly,
    chatHoldLinks: rules.holdLinks,
    chatHoldFirst: rules.holdFirst,
    blockedWords,
  };
}

function fromRow(row: SettingsRow): ChatSettings {
  return {
    rules: {
      slowModeS: row.slowModeS,
      registeredOnly: row.chatRegisteredOnly,
      followersOnlyMin: row.followersOnlyMin,
      emojiOnly: row.chatEmojiOnly,
      holdLinks: row.chatHoldLinks,
      holdFirst: row.chatHoldFirst,
    },
    blockedWords: row.blockedWords,
  };
}
