import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ChannelService } from '../../channels/channel.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { ChatMessage } from '../../protocol/chat.js';
import type { AuditEntry, HeldMessageView } from '../../protocol/chat-moderation.js';
import type { Author } from '../messages/chat-message.js';
import { ChatRoom } from './chat-room.js';
import type { Floats } from './floating-tally.js';
import type { ReactionCount } from '../messages/reaction.repository.js';
import { RoomRepository } from './room.repository.js';

/** Above this number, rooms that have not been used for a while are closed. */
const KEEP_ROOMS = 500;
const KEEP_MS = 60_000;

/** The person that a change concerns. */
export type ChangedPerson = Readonly<{ author: Author; addressHashes: readonly string[] }>;

/** The decision on a held message; `seq` is 0 if it was rejected. */
export type Judgement = Readonly<{
  heldId: string;
  author: Author;
  nonce: string;
  approved: boolean;
  seq: number;
}>;

type Entry = { readonly room: Promise<ChatRoom>; usedAtMs: number; opened: ChatRoom | null };

/** The chats in use, by channel name. A room is opened on first use. */
@Injectable()
export class ChatRooms implements OnApplicationShutdown {
  readonly events = new TypedEmitter<{
    told: [room: ChatRoom, messages: readonly ChatMessage[]];
    deleted: [room: ChatRoom, seqs: readonly number[]];
    restored: [room: ChatRoom, messages: readonly ChatMessage[]];
    pinned: [room: ChatRoom, message: ChatMessage | null];
    rulesChanged: [room: ChatRoom];
    /** Guests were allowed or forbidden to write. */
    guestsConcerned: [room: ChatRoom];
    reactionsChanged: [room: ChatRoom, changes: readonly ReactionCount[]];
    floated: [room: ChatRoom, floats: Floats];
    /** A person's permissions changed, and those of guests at their addresses. */
    personChanged: [room: ChatRoom, person: ChangedPerson, reason: string];
    held: [room: ChatRoom, message: HeldMessageView];
    judged: [room: ChatRoom, judgement: Judgement];
    audited: [room: ChatRoom, entry: AuditEntry];
  }>();
  readonly #byName = new Map<string, Entry>();
  readonly #byId = new Map<string, ChatRoom>();

  constructor(
    private readonly channels: ChannelService,
    private readonly repository: RoomRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    channels.events.on('channelDeleted', ({ name }) => this.#close(name));
  }

  onApplicationShutdown(): void {
    for (const name of this.#byName.keys()) this.#close(name);
    this.events.clear();
  }

  /** The number of open rooms. */
  get size(): number {
    return this.#byId.size;
  }

  /** The open rooms. */
  get opened(): IterableIterator<ChatRoom> {
    return this.#byId.values();
  }

  /** @throws {DomainError} `channel_not_found` */
  async open(channelName: string): Promise<ChatRoom> {
    const nowMs = this.clock.nowMs();
    const known = this.#byName.get(channelName);
    if (known) {
      known.usedAtMs = nowMs;
      return known.room;
    }
    this.#closeUnused(nowMs);
    const entry: Entry = { room: this.#load(channelName), usedAtMs: nowMs, opened: null };
    this.#byName.set(channelName, entry);
    try {
      const room = await entry.room;
      // The channel may have been deleted in the meantime.
      if (this.#byName.get(channelName) === entry) this.#add(entry, room);
      return room;
    } catch (error) {
      if (this.#byName.get(channelName) === entry) this.#byName.delete(channelName);
      throw error;
    }
  }

  /** Returns the channel's room if it is open. */
  find(channelId: string): ChatRoom | undefined {
    return this.#byId.get(channelId);
  }

  async #load(channelName: string): Promise<ChatRoom> {
    const channel = await this.channels.get(channelName);
    return new ChatRoom(channel, await this.repository.load(channel.id));
  }

  #add(entry: Entry, room: ChatRoom): void {
    entry.opened = room;
    this.#byId.set(room.id, room);
    room.events.on('told', (messages) => this.events.emit('told', room, messages));
  }

  #close(channelName: string): void {
    const entry = this.#byName.get(channelName);
    this.#byName.delete(channelName);
    if (!entry?.opened) return;
    this.#byId.delete(entry.opened.id);
    entry.opened.close();
  }

  #closeUnused(nowMs: number): void {
    if (this.#byName.size < KEEP_ROOMS) return;
    for (const [name, { usedAtMs, opened }] of this.#byName)
      if (opened && !opened.isBusy && nowMs - usedAtMs > KEEP_MS) this.#close(name);
  }
}
