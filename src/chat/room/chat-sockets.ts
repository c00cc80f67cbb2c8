import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { OnairServer, OnairSocket } from '../../common/gateway.js';
import type { ChatViewer, ChatViewers } from '../../protocol/chat-moderation.js';
import { VIEWERS_LISTED_MAX } from '../../protocol/limits.js';
import type { ChatRoom } from './chat-room.js';
import { type ChatSender, senderOf } from './chat-sender.js';
import { moderatorOf } from './authority.js';
import { SenderLimits } from './sender-limits.js';

const LIST_RATE = { burst: 5, perSecond: 0.5 };
const RANK = { owner: 0, moderator: 1, member: 2, guest: 3 } as const;

/** The socket room of everyone in a channel's chat. */
export const everybodyIn = ({ id }: Pick<ChatRoom, 'id'>) => `chat:${id}`;
/** The socket room of its owner and moderators. */
export const moderatorsIn = ({ id }: Pick<ChatRoom, 'id'>) => `chat-moderators:${id}`;

/** Finds connections in chats. Queries the sockets on demand and stores nothing. */
@Injectable()
export class ChatSockets {
  readonly #limits = new SenderLimits(LIST_RATE);
  #server: OnairServer | undefined;

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Must be called first. */
  attach(server: OnairServer): void {
    this.#server = server;
  }

  /** Subscribes a connection to the room's events that it may receive. */
  async enter(room: ChatRoom, socket: OnairSocket): Promise<void> {
    await socket.join(everybodyIn(room));
    await this.sort(room, socket);
  }

  async leave(room: ChatRoom, socket: OnairSocket): Promise<void> {
    await socket.leave(everybodyIn(room));
    await socket.leave(moderatorsIn(room));
  }

  /** Adds a connection to the moderators' room or removes it. */
  async sort(room: ChatRoom, socket: OnairSocket): Promise<void> {
    if (room.isModerator(senderOf(socket).author)) await socket.join(moderatorsIn(room));
    else await socket.leave(moderatorsIn(room));
  }

  /** Returns the connections of matching senders. */
  find(room: ChatRoom, isOne: (sender: ChatSender) => boolean): OnairSocket[] {
    return [...this.#all(room)].filter((socket) => isOne(senderOf(socket)));
  }

  /**
   * Lists the viewers currently in the chat.
   * @throws {DomainError} `forbidden`, `rate_limited`
   */
  viewers(room: ChatRoom, sender: ChatSender): ChatViewers {
    moderatorOf(room, sender);
    const retryAfterMs = this.#limits.take(sender.key, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'Wait a moment, then look again.', { retryAfterMs });
    const people = new Map<string, ChatSender>();
    for (const socket of this.#all(room)) {
      if (socket.data.isSilent) continue;
      const one = senderOf(socket);
      people.set(one.key, one);
    }
    const named = [...people.values()].flatMap((one) => this.#viewer(room, one) ?? []);
    const accounts = [...people.values()].filter(({ account }) => account).length;
    const sorted = named.toSorted(
      (a, b) => RANK[a.role] - RANK[b.role] || a.name.localeCompare(b.name),
    );
    return {
      accounts,
      guests: people.size - accounts,
      viewers: sorted.slice(0, VIEWERS_LISTED_MAX),
      more: sorted.length > VIEWERS_LISTED_MAX,
    };
  }

  /** Returns null for a guest without a name. */
  #viewer(room: ChatRoom, sender: ChatSender): ChatViewer | null {
    const { account, author, displayName } = sender;
    const name = account?.username ?? room.guests.byId(author.guestId ?? '')?.name;
    if (name === undefined) return null;
    return {
      name,
      ...(displayName === '' ? {} : { displayName }),
      role: room.roleOf(author),
      banned: !room.isOwner(author) && room.bans.find(sender, this.clock.nowMs()) !== null,
    };
  }

  *#all(room: ChatRoom): Generator<OnairSocket> {
    const sockets = this.#server?.sockets;
    for (const id of sockets?.adapter.rooms.get(everybodyIn(room)) ?? []) {
      const socket = sockets?.sockets.get(id);
      if (socket) yield socket;
    }
  }
}
