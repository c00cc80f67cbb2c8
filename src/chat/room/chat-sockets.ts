import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { askAll } from '../../cluster/ask-all.js';
import { type Cluster, CLUSTER } from '../../cluster/cluster.js';
import { NODE_CALLS, type NodeCalls } from '../../cluster/node-calls.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { OnairServer, OnairSocket } from '../../common/gateway.js';
import { ChatViewer, type ChatViewers } from '../../protocol/chat-moderation.js';
import { VIEWERS_LISTED_MAX } from '../../protocol/limits.js';
import type { ChatRoom } from './chat-room.js';
import { type ChatSender, senderOf } from './chat-sender.js';
import { moderatorOf } from './authority.js';
import { SenderLimits } from './sender-limits.js';

const LIST_RATE = { burst: 5, perSecond: 0.5 };
const RANK = { owner: 0, moderator: 1, member: 2, guest: 3 } as const;

/** The name of the call that lists the people in a chat who are connected to another node. */
const PEOPLE_CALL = 'chat-people';
/** The maximum number of people in a response; further ones are not counted. */
const PEOPLE_MAX = 10_000;

/** A person in a chat; the viewer is null for a guest without a name. */
const PersonHere = z.object({
  key: z.string(),
  isAccount: z.boolean(),
  viewer: ChatViewer.nullable(),
});
type PersonHere = z.output<typeof PersonHere>;

/** The socket room of everyone in a channel's chat. */
export const everybodyIn = ({ id }: Pick<ChatRoom, 'id'>) => `chat:${id}`;
/** The socket room of the channel's owner and moderators. */
export const moderatorsIn = ({ id }: Pick<ChatRoom, 'id'>) => `chat-moderators:${id}`;

/** Finds the connections in a chat. The sockets are queried on demand, and nothing is stored. */
@Injectable()
export class ChatSockets {
  readonly #limits = new SenderLimits(LIST_RATE);
  #server: OnairServer | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
  ) {}

  /** Answers calls from other nodes that list the people in a chat. */
  answerWith(find: (channelId: string) => ChatRoom | undefined): void {
    this.calls.answer(PEOPLE_CALL, (channelId) => {
      const room = find(z.string().parse(channelId));
      return room ? this.#people(room).slice(0, PEOPLE_MAX) : [];
    });
  }

  /** Must be called before all other methods. */
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

  /**
   * Adds a moderator's connection to the moderators' room, and removes any other connection from
   * it.
   */
  async sort(room: ChatRoom, socket: OnairSocket): Promise<void> {
    if (room.isModerator(senderOf(socket).author)) await socket.join(moderatorsIn(room));
    else await socket.leave(moderatorsIn(room));
  }

  /** Returns the connections of matching senders. */
  find(room: ChatRoom, isOne: (sender: ChatSender) => boolean): OnairSocket[] {
    return [...this.#all(room)].filter((socket) => isOne(senderOf(socket)));
  }

  /** Whether anybody is in the chat on this node. */
  has(room: ChatRoom): boolean {
    return (this.#server?.sockets.adapter.rooms.get(everybodyIn(room))?.size ?? 0) > 0;
  }

  /**
   * Lists the viewers currently in the chat, on all nodes that respond in time.
   * @throws {DomainError} `forbidden`, `rate_limited`
   */
  async viewers(room: ChatRoom, sender: ChatSender): Promise<ChatViewers> {
    moderatorOf(room, sender);
    const retryAfterMs = this.#limits.take(sender.key, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'Wait a moment, then refresh the list.', {
        retryAfterMs,
      });
    const elsewhere = await askAll(
      { cluster: this.cluster, calls: this.calls },
      {
        name: PEOPLE_CALL,
        body: room.id,
        schema: z.array(PersonHere),
      },
    );
    const all = [...elsewhere.flat(), ...this.#people(room)];
    const people = new Map(all.map((one) => [one.key, one]));
    const named = [...people.values()].flatMap(({ viewer }) => viewer ?? []);
    const accounts = [...people.values()].filter(({ isAccount }) => isAccount).length;
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

  #people(room: ChatRoom): PersonHere[] {
    const people = new Map<string, PersonHere>();
    for (const socket of this.#all(room)) {
      if (socket.data.isSilent) continue;
      const one = senderOf(socket);
      const { key, account } = one;
      if (people.has(key)) continue;
      people.set(key, { key, isAccount: account !== null, viewer: this.#viewer(room, one) });
    }
    return [...people.values()];
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
