import { Injectable } from '@nestjs/common';
import type { ChatRules, ChatSettings, ChatSettingsChange } from '../../protocol/chat-rules.js';
import type { ChatRoom } from '../room/chat-room.js';
import { RoomFollower } from '../room/room-follower.js';
import type { ChatSender } from '../room/chat-sender.js';
import { AuditLog } from './audit-log.js';
import { moderatorOf } from '../room/authority.js';
import { RoomRepository } from '../room/room.repository.js';
import { inWords } from '../rules/duration.js';

type Change = Omit<ChatSettingsChange, 'channel'>;

/** Changes the settings of a channel's chat. Throws `forbidden` for non-moderators. */
@Injectable()
export class ChatSettingsService {
  constructor(
    private readonly repository: RoomRepository,
    private readonly follower: RoomFollower,
    private readonly audit: AuditLog,
  ) {}

  get(room: ChatRoom, sender: ChatSender): ChatSettings {
    moderatorOf(room, sender);
    return room.rules.settings;
  }

  /** Changes settings, starting with the next message. Omitted settings remain unchanged. */
  async change(room: ChatRoom, sender: ChatSender, change: Change): Promise<ChatSettings> {
    const actor = moderatorOf(room, sender);
    const known = room.rules.settings;
    if (difference(known, merge(known, change)) === '') return known;
    this.audit.reserve(room, actor, 'settings');
    const { before, settings, version } = await this.repository.change(room.id, (stored) =>
      merge(stored, change),
    );
    await this.follower.tell(room, version, { kind: 'settings', settings });
    const target = difference(before, settings);
    if (target !== '') await this.audit.record(room, actor, { action: 'settings', target });
    return settings;
  }
}

function merge({ rules, blockedWords }: ChatSettings, change: Change): ChatSettings {
  return {
    rules: mergeRules(rules, change.rules ?? {}),
    blockedWords: change.blockedWords ? [...new Set(change.blockedWords)] : blockedWords,
  };
}

function mergeRules(rules: ChatRules, { ...change }: NonNullable<Change['rules']>): ChatRules {
  return {
    slowModeS: change.slowModeS ?? rules.slowModeS,
    registeredOnly: change.registeredOnly ?? rules.registeredOnly,
    // Null is a valid value here.
    followersOnlyMin:
      change.followersOnlyMin === undefined ? rules.followersOnlyMin : change.followersOnlyMin,
    emojiOnly: change.emojiOnly ?? rules.emojiOnly,
    holdLinks: change.holdLinks ?? rules.holdLinks,
    holdFirst: change.holdFirst ?? rules.holdFirst,
  };
}

/** Describes the changes in words; returns an empty string if there are none. */
function difference(before: ChatSettings, after: ChatSettings): string {
  const changes = [];
  if (before.blockedWords.join('\n') !== after.blockedWords.join('\n'))
    changes.push(`${after.blockedWords.length} blocked words`);
  const [was, is] = [before.rules, after.rules];
  if (was.slowModeS !== is.slowModeS)
    changes.push(is.slowModeS === 0 ? 'slow mode off' : `slow mode ${is.slowModeS} s`);
  if (was.followersOnlyMin !== is.followersOnlyMin) changes.push(followers(is.followersOnlyMin));
  const switches = [
    ['accounts only', was.registeredOnly, is.registeredOnly],
    ['emoji only', was.emojiOnly, is.emojiOnly],
    ['hold links', was.holdLinks, is.holdLinks],
    ['hold first messages', was.holdFirst, is.holdFirst],
  ] as const;
  for (const [name, wasOn, isOn] of switches)
    if (wasOn !== isOn) changes.push(`${name} ${isOn ? 'on' : 'off'}`);
  return changes.join(', ');
}

function followers(minutes: number | null): string {
  if (minutes === null) return 'followers only off';
  return minutes === 0 ? 'followers only' : `followers only, after ${inWords(minutes * 60_000)}`;
}
