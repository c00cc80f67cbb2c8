import { Injectable } from '@nestjs/common';
import type { ChatRules, ChatSettings, ChatSettingsChange } from '../../protocol/chat-rules.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import type { ChatSender } from '../room/chat-sender.js';
import { AuditLog } from './audit-log.js';
import { moderatorOf } from '../room/authority.js';
import { RoomRepository } from '../room/room.repository.js';
import { inWords } from '../rules/duration.js';
import { RoomRules } from '../room/room-rules.js';

type Change = Omit<ChatSettingsChange, 'channel'>;

/** The rules of a channel's chat. All of it throws `forbidden` for who is no moderator. */
@Injectable()
export class ChatSettingsService {
  constructor(
    private readonly repository: RoomRepository,
    private readonly rooms: ChatRooms,
    private readonly audit: AuditLog,
  ) {}

  get(room: ChatRoom, sender: ChatSender): ChatSettings {
    moderatorOf(room, sender);
    return room.rules.settings;
  }

  /** What is left out stays. Holds from the next message on. */
  async change(room: ChatRoom, sender: ChatSender, change: Change): Promise<ChatSettings> {
    const actor = moderatorOf(room, sender);
    const before = room.rules.settings;
    const settings = {
      rules: merge(before.rules, change.rules ?? {}),
      blockedWords: change.blockedWords ? [...new Set(change.blockedWords)] : before.blockedWords,
    };
    const target = difference(before, settings);
    if (target === '') return before;
    this.audit.reserve(room, actor, 'settings');
    // Before it is stored: two changes at once build on each other.
    room.rules = new RoomRules(settings);
    try {
      await this.repository.save(room.id, settings);
    } catch (error) {
      room.rules = new RoomRules(before);
      throw error;
    }
    this.rooms.events.emit('rulesChanged', room);
    if (settings.rules.registeredOnly !== before.rules.registeredOnly)
      this.rooms.events.emit('guestsConcerned', room);
    await this.audit.record(room, actor, { action: 'settings', target });
    return settings;
  }
}

function merge(rules: ChatRules, { ...change }: NonNullable<Change['rules']>): ChatRules {
  return {
    slowModeS: change.slowModeS ?? rules.slowModeS,
    registeredOnly: change.registeredOnly ?? rules.registeredOnly,
    // Null is a value here.
    followersOnlyMin:
      change.followersOnlyMin === undefined ? rules.followersOnlyMin : change.followersOnlyMin,
    emojiOnly: change.emojiOnly ?? rules.emojiOnly,
    holdLinks: change.holdLinks ?? rules.holdLinks,
    holdFirst: change.holdFirst ?? rules.holdFirst,
  };
}

/** What was changed, as people read it; empty for nothing. */
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
  return minutes === 0 ? 'followers only' : `followers of ${inWords(minutes * 60_000)} only`;
}
