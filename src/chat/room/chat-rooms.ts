import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ChannelService } from '../../channels/channel.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { ChatMessage } from '../../protocol/chat.js';
import type { AuditEntry, HeldMessageView } from '../../protocol/chat-moderation.js';
import type { Author, StoredMessage } from '../messages/chat-message.js';
import { type HeldMessage, heldView } from '../held/held.repository.js';
import { entryView, type StoredAuditEntry } from '../moderation/audit.repository.js';
import { ChatRoom, type RoomPosition } from './chat-room.js';
import type { Floats } from './floating-tally.js';
import type { RoomChange } from './room-change.js';
import { ChatSockets } from './chat-sockets.js';
import { RoomRepository } from './room.repository.js';

/**
 * If more rooms than this are open, rooms that were unused for {@link KEEP_MS} are closed. Rooms
 * with clients stay open, because they may receive messages from other nodes.
 */
const KEEP_ROOMS = 500;
const KEEP_MS = 60_000;

/** A person whose permissions changed, and the addresses at which guests are affected as well. */
export type ChangedPerson = Readonly<{ author: Author; addressHashes: readonly string[] }>;

/** The decision on a held message; `seq` is 0 if it was rejected. */
export type Judgement = Readonly<{
  heldId: string;
  author: Author;
  nonce: string;
  approved: boolean;
  seq: number;
}>;

type ReactionCounts = Extract<RoomChange, { kind: 'reactions' }>['counts'];

type Entry = { readonly room: Promise<ChatRoom>; usedAtMs: number; opened: ChatRoom | null };

/** The open rooms, by channel name. A room is opened when it is first used. */
@Injectable()
export class ChatRooms implements OnApplicationShutdown {
  readonly #emitter = new TypedEmitter<{
    opened: [room: ChatRoom];
    closed: [room: ChatRoom];
    /** This node committed a change, which all nodes apply. */
    changed: [room: ChatRoom, change: RoomChange];
    /** The room was reloaded, so its clients' state may be wrong. */
    reset: [room: ChatRoom];
    sent: [room: ChatRoom, messages: readonly ChatMessage[]];
    deleted: [room: ChatRoom, seqs: readonly number[]];
    restored: [room: ChatRoom, messages: readonly ChatMessage[]];
    pinned: [room: ChatRoom, message: ChatMessage | null];
    rulesChanged: [room: ChatRoom];
    /** Guests gained or lost permission to chat. */
    guestsConcerned: [room: ChatRoom];
    reactionsChanged: [room: ChatRoom, changes: ReactionCounts];
    floated: [room: ChatRoom, floats: Floats];
    /** The permissions of a person, and of guests at the same addresses, changed. */
    personChanged: [room: ChatRoom, person: ChangedPerson, reason: string];
    held: [room: ChatRoom, message: HeldMessageView];
    judged: [room: ChatRoom, judgement: Judgement];
    audited: [room: ChatRoom, entry: AuditEntry];
  }>();
  readonly events = this.#emitter.listenable;
  readonly #byName = new Map<string, Entry>();
  readonly #byId = new Map<string, ChatRoom>();

  constructor(
    private readonly channels: ChannelService,
    private readonly repository: RoomRepository,
    private readonly sockets: ChatSockets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    sockets.answerWith((channelId) => this.find(channelId));
    channels.events.on('channelDeleted', ({ name }) => this.#close(name));
  }

  onApplicationShutdown(): void {
    for (const name of this.#byName.keys()) this.#close(name);
    this.#emitter.clear();
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

  /**
   * Pins a message, or unpins it if `message` is null. `view` is the message as everyone sees it.
   */
  pin(room: ChatRoom, message: StoredMessage | null, view: ChatMessage | null): void {
    room.pin(message);
    this.#emitter.emit('pinned', room, view);
  }

  /** Reports that messages were deleted. */
  reportDeleted(room: ChatRoom, seqs: readonly number[]): void {
    room.forget(seqs);
    this.#emitter.emit('deleted', room, seqs);
  }

  /** Reports that deleted messages were restored. */
  reportRestored(room: ChatRoom, messages: readonly ChatMessage[]): void {
    this.#emitter.emit('restored', room, messages);
  }

  /** Reports changed rules. `forGuests`: whether guests gained or lost permission to chat. */
  reportRules(room: ChatRoom, { forGuests }: { forGuests: boolean }): void {
    this.#emitter.emit('rulesChanged', room);
    if (forGuests) this.#emitter.emit('guestsConcerned', room);
  }

  /** Reports changed reaction counts. */
  reportReactions(room: ChatRoom, counts: ReactionCounts): void {
    this.#emitter.emit('reactionsChanged', room, counts);
  }

  /** Reports floating emoji; ignored while the channel's room is closed. */
  reportFloats(channelId: string, floats: Floats): void {
    const room = this.find(channelId);
    if (room) this.#emitter.emit('floated', room, floats);
  }

  /** Reports that a person's permissions changed. `reason` is shown to that person. */
  reportPerson(room: ChatRoom, person: ChangedPerson, reason = ''): void {
    this.#emitter.emit('personChanged', room, person, reason);
  }

  /** Reports that a message is held for approval. */
  reportHeld(room: ChatRoom, message: HeldMessage): void {
    this.#emitter.emit('held', room, heldView(message));
  }

  /** Reports that a moderator decided on a held message. */
  reportJudged(room: ChatRoom, judgement: Judgement): void {
    this.#emitter.emit('judged', room, judgement);
  }

  /** Reports a new or changed entry of the audit log. */
  reportAudited(room: ChatRoom, entry: StoredAuditEntry): void {
    this.#emitter.emit('audited', room, entryView(entry));
  }

  /** Reports that this node committed a change. */
  reportChanged(room: ChatRoom, change: RoomChange): void {
    this.#emitter.emit('changed', room, change);
  }

  /** Reloads an open room; resolves with the position from which to follow it. */
  async reload(room: ChatRoom): Promise<RoomPosition> {
    const state = await this.repository.load(room.id);
    room.reload(state);
    this.#emitter.emit('reset', room);
    return state.position;
  }

  /** Closes the room of a channel that no longer exists. */
  close({ channel }: ChatRoom): void {
    this.#close(channel.name);
  }

  async #load(channelName: string): Promise<ChatRoom> {
    const channel = await this.channels.get(channelName);
    return new ChatRoom(channel, await this.repository.load(channel.id));
  }

  #add(entry: Entry, room: ChatRoom): void {
    entry.opened = room;
    this.#byId.set(room.id, room);
    room.events.on('sent', (messages) => this.#emitter.emit('sent', room, messages));
    this.#emitter.emit('opened', room);
  }

  #close(channelName: string): void {
    const entry = this.#byName.get(channelName);
    this.#byName.delete(channelName);
    if (!entry?.opened) return;
    this.#byId.delete(entry.opened.id);
    entry.opened.close();
    this.#emitter.emit('closed', entry.opened);
  }

  #closeUnused(nowMs: number): void {
    if (this.#byName.size < KEEP_ROOMS) return;
    for (const [name, { usedAtMs, opened }] of this.#byName)
      if (opened && !opened.isBusy && nowMs - usedAtMs > KEEP_MS && !this.sockets.has(opened))
        this.#close(name);
  }
}
