import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChatSettings } from '../../protocol/chat-rules.js';
import { MODERATORS_MAX } from '../../protocol/limits.js';
import type { RoomState } from './chat-room.js';
import { toMessage } from '../messages/chat.repository.js';
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
  ) {}

  /** Loads everything a room keeps in memory. */
  async load(channelId: string): Promise<RoomState> {
    const [row, bans] = await Promise.all([
      this.db.channel.findUnique({
        where: { id: channelId },
        select: {
          ...SETTINGS,
          pinnedSeq: true,
          moderators: { select: { accountId: true }, take: MODERATORS_MAX },
        },
      }),
      this.bans.all(channelId),
    ]);
    if (row === null) return { settings: NO_RULES, moderators: [], bans, pinned: null };
    const { pinnedSeq, moderators, ...settings } = row;
    const pinned =
      pinnedSeq === null
        ? null
        : await this.db.chatMessage.findUnique({
            where: { channelId_seq: { channelId, seq: pinnedSeq } },
          });
    return {
      settings: fromRow(settings),
      moderators: moderators.map(({ accountId }) => accountId),
      bans,
      pinned: pinned && pinned.deletedAt === null ? toMessage(pinned) : null,
    };
  }

  /** Does nothing if the channel no longer exists. */
  async save(channelId: string, { rules, blockedWords }: ChatSettings): Promise<void> {
    await this.db.channel.updateMany({
      where: { id: channelId },
      data: {
        slowModeS: rules.slowModeS,
        chatRegisteredOnly: rules.registeredOnly,
        followersOnlyMin: rules.followersOnlyMin,
        chatEmojiOnly: rules.emojiOnly,
        chatHoldLinks: rules.holdLinks,
        chatHoldFirst: rules.holdFirst,
        blockedWords,
      },
    });
  }

  /** Pins a message; null unpins. */
  async pin(channelId: string, seq: number | null): Promise<void> {
    await this.db.channel.updateMany({ where: { id: channelId }, data: { pinnedSeq: seq } });
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
