import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { BUS, type Bus } from '../../cluster/bus.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { unpacked } from '../messages/carried-messages.js';
import { quoteOf, type StoredMessage } from '../messages/chat-message.js';
import { ChatRepository } from '../messages/chat.repository.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';
import { FollowedRoom } from './followed-room.js';
import type { RoomChange } from './room-change.js';
import { RoomChangeRepository } from './room-change.repository.js';
import { RoomChanges } from './room-changes.js';
import { RoomRepository } from './room.repository.js';
import { type ChangeVersion, StoredChange } from './stored-change.js';
import { ROOM_TOPIC, RoomWakeUp, wakeUpsOf } from './room-wake-up.js';

/** The interval at which the open rooms are compared with the database. */
const COMPARE_EVERY_MS = 1_000;
/** The maximum number of messages, or of changes, read at once. */
const READ_MAX = 500;
/** The minimum interval between reads of one busy room, so that each read returns several messages. */
const READ_EVERY_MS = 15;
/**
 * Messages from other nodes that are older than this are read from the database, because they may
 * have been deleted in the meantime.
 */
const CARRIED_AGE_MAX_MS = 3_000;
/** The interval at which each node deletes old changes. */
const PRUNE_EVERY_MS = 600_000;

/**
 * Sends the messages of open rooms to this node's clients, and applies the rooms' changes. A single
 * node does both as soon as it has committed them. In a cluster, each node sends the messages from
 * all nodes, strictly in order of seq. Messages after a gap wait until the missing ones arrive or
 * are read from the database. All changes, including this node's own, are applied in order of
 * version. Wake-ups from other nodes carry short messages and trigger reads. If a wake-up is lost,
 * messages and changes are delayed until the next comparison.
 */
@Injectable()
export class RoomFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #isAlone: boolean;
  readonly #log: Log;
  /** The followed rooms by channel id; bounded like the open rooms. Empty on a single node. */
  readonly #followed = new Map<string, FollowedRoom>();
  readonly #offs: (() => void)[] = [];
  #compareTimer: NodeJS.Timeout | undefined;
  #pruneTimer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #isFailing = false;

  // oxlint-disable-next-line max-params -- Injected by Nest: the rooms, their storage, the bus, the
  // configuration, the clock and the log.
  constructor(
    private readonly rooms: ChatRooms,
    private readonly messages: ChatRepository,
    private readonly stored: RoomChangeRepository,
    private readonly positions: RoomRepository,
    private readonly changes: RoomChanges,
    private readonly access: AccessService,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#isAlone = config.node.url === null;
    this.#log = log.child({ part: 'chat' });
  }

  onApplicationBootstrap(): void {
    if (this.#isAlone) return;
    const { events } = this.rooms;
    this.#offs.push(
      events.on('opened', (room) => this.#followed.set(room.id, new FollowedRoom(room))),
      events.on('closed', ({ id }) => this.#unfollow(id)),
      this.bus.on(ROOM_TOPIC, (message) => this.#wake(message)),
      this.bus.onGap(() => void this.#compare()),
    );
    this.#compareLater();
    this.#pruneTimer = setInterval(() => void this.#prune(), PRUNE_EVERY_MS);
  }

  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    clearTimeout(this.#compareTimer);
    clearInterval(this.#pruneTimer);
    for (const off of this.#offs.splice(0)) off();
    for (const followed of this.#followed.values()) followed.close();
  }

  /** Sends messages that this node committed, in order of seq. */
  committed(channelId: string, messages: readonly StoredMessage[]): void {
    if (this.#isAlone) return this.rooms.find(channelId)?.send(messages);
    for (const wakeUp of wakeUpsOf(channelId, messages)) this.#publish(wakeUp);
    const followed = this.#followed.get(channelId);
    if (followed) this.#take(followed, messages);
  }

  /**
   * Applies a change that this node committed, after all earlier changes. Resolves when the change
   * has been applied, or can't be applied now.
   * @param version null on a single node
   */
  async tell(room: ChatRoom, version: ChangeVersion, change: RoomChange): Promise<void> {
    await this.#apply(room, version, change);
    this.rooms.reportChanged(room, change);
  }

  /** Like {@link tell}, for a channel whose room may be closed. */
  async tellIn(channelId: string, version: ChangeVersion, change: RoomChange): Promise<void> {
    const room = this.rooms.find(channelId);
    if (room) await this.tell(room, version, change);
    else if (version !== null) this.#publish([channelId, 0, version]);
  }

  async #apply(room: ChatRoom, version: ChangeVersion, change: RoomChange): Promise<void> {
    if (version === null) {
      if (this.#isAlone) await this.changes.apply(room, change);
      return;
    }
    this.#publish([room.id, 0, version]);
    const followed = this.#followed.get(room.id);
    followed?.heardVersion(version);
    if (followed) await this.#catchUp(followed);
  }

  /** Wakes the other nodes, unless the transaction has already done so. */
  #publish(wakeUp: RoomWakeUp): void {
    if (this.bus.database === null) this.bus.publish(ROOM_TOPIC, wakeUp);
  }

  #wake(message: unknown): void {
    // Most rooms aren't open on this node, so their messages aren't parsed.
    const followed = Array.isArray(message) && this.#followed.get(String(message[0]));
    const { data } = followed ? RoomWakeUp.safeParse(message) : {};
    if (!followed || !data) return;
    const [channelId, seq, version, carried = null] = data;
    followed.heardVersion(version);
    const messages = carried && this.#usable(followed.room, unpacked(channelId, carried));
    if (messages) return this.#take(followed, messages, { areOthers: true });
    followed.order.heard(seq);
    void this.#catchUp(followed);
  }

  /**
   * Returns null if the messages must be read from the database, because they may have changed or
   * because a message that they quote isn't in memory.
   */
  #usable(room: ChatRoom, messages: readonly StoredMessage[]): readonly StoredMessage[] | null {
    const oldestMs = this.clock.nowMs() - CARRIED_AGE_MAX_MS;
    const seqs = new Set(messages.map(({ seq }) => seq));
    const isUsable = ({ sentAt, replyToSeq }: StoredMessage) =>
      sentAt.getTime() >= oldestMs &&
      (replyToSeq === null || seqs.has(replyToSeq) || room.quote(replyToSeq) !== undefined);
    return messages.every(isUsable) ? messages : null;
  }

  /** Sends messages. Reads earlier ones from the database if they don't arrive. */
  #take(
    followed: FollowedRoom,
    messages: readonly StoredMessage[],
    { areOthers = false } = {},
  ): void {
    const { room, order } = followed;
    if (areOthers) room.heard(messages);
    const due = order.take(messages);
    if (due.length > 0) room.send(due);
    followed.waitForGap(() => void this.#catchUp(followed));
  }

  #unfollow(channelId: string): void {
    this.#followed.get(channelId)?.close();
    this.#followed.delete(channelId);
  }

  /**
   * Resolves when everything that is known to be stored is sent and applied, or can't be read now.
   */
  #catchUp(followed: FollowedRoom): Promise<void> {
    return followed.run(async () => {
      try {
        if (followed.mustReload) await this.#reload(followed);
        const readMessages = followed.order.isBehind && (await this.#readMessages(followed));
        const readChanges = followed.isVersionBehind && (await this.#readChanges(followed));
        this.#isFailing = false;
        return (readMessages || readChanges) && this.#isFollowed(followed);
      } catch (err) {
        this.#failed(err);
        return false;
      }
    });
  }

  /** Reads and sends messages; resolves to false if none were found. */
  async #readMessages(followed: FollowedRoom): Promise<boolean> {
    const { room, order } = followed;
    const { newest } = order;
    const nextAtMs = performance.now() + READ_EVERY_MS;
    const page = await this.messages.page(room.id, { afterSeq: order.lastSent }, READ_MAX);
    await this.#rememberQuoted(room, page);
    if (!this.#isFollowed(followed)) return false;
    const due = order.read(page);
    room.heard(due);
    if (due.length > 0) room.send(due);
    if (order.isBehind && page.length < READ_MAX) await until(nextAtMs);
    return page.length > 0 || order.newest > newest;
  }

  /** Reads the messages to which others reply, if they are not in memory. */
  async #rememberQuoted(room: ChatRoom, page: readonly StoredMessage[]): Promise<void> {
    const here = new Set(page.map(({ seq }) => seq));
    const wanted = page.flatMap(({ replyToSeq }) => replyToSeq ?? []);
    const others = wanted.filter((seq) => !here.has(seq) && !room.quote(seq));
    for (const message of await this.messages.findAll(room.id, others))
      room.remember(quoteOf(message));
  }

  /** Reads and applies changes; resolves to false if none were found. */
  async #readChanges(followed: FollowedRoom): Promise<boolean> {
    const { room } = followed;
    const rows = await this.stored.after(room.id, followed.version, READ_MAX);
    for (const { version, change: row } of rows) {
      if (!this.#isFollowed(followed)) return false;
      const { data: change } = StoredChange.safeParse(row);
      // The changes before this one were deleted, or a newer release stored this one.
      if (version !== followed.version + 1 || !change) return this.#reload(followed);
      if (change.kind === 'deleted') await this.#readUpTo(followed, Math.max(...change.seqs));
      await this.changes.follow(room, change);
      followed.applied(version);
    }
    return rows.length > 0 || this.#reload(followed);
  }

  /**
   * Sends the messages up to a seq, so that clients don't learn of a deletion before they get the
   * message.
   */
  async #readUpTo(followed: FollowedRoom, seq: number): Promise<void> {
    followed.order.heard(seq);
    while (followed.order.lastSent < seq) if (!(await this.#readMessages(followed))) return;
  }

  /** Reloads a room whose changes can't be followed. */
  async #reload(followed: FollowedRoom): Promise<true> {
    const { room, order } = followed;
    const { lastSent } = order;
    const position = await this.rooms.reload(room);
    followed.restart(position, { lastSent });
    this.access.changedElsewhere(room.channel.name);
    this.#log.warn({ channelId: room.id }, 'a chat was reloaded; its clients must rejoin');
    return true;
  }

  #isFollowed(followed: FollowedRoom): boolean {
    return this.#followed.get(followed.room.id) === followed;
  }

  #compareLater(): void {
    if (this.#isStopping) return;
    this.#compareTimer = setTimeout(() => {
      void this.#compare().then(() => this.#compareLater());
    }, COMPARE_EVERY_MS);
  }

  /** Compares the open rooms with the database. Never rejects. */
  async #compare(): Promise<void> {
    const all = [...this.#followed.values()].map((followed) => ({
      followed,
      lastSent: followed.order.lastSent,
      version: followed.version,
    }));
    if (all.length === 0) return;
    try {
      const stored = await this.positions.positions(all.map(({ followed }) => followed.room.id));
      for (const { followed, ...here } of all) {
        const position = stored.get(followed.room.id);
        if (!position) this.rooms.close(followed.room);
        else {
          followed.compare(position, here);
          if (followed.mustReload || followed.isVersionBehind) void this.#catchUp(followed);
          else followed.waitForGap(() => void this.#catchUp(followed));
        }
      }
    } catch (err) {
      this.#failed(err);
    }
  }

  async #prune(): Promise<void> {
    await this.stored
      .prune(this.clock.nowMs())
      .catch((err: unknown) => this.#log.warn({ err }, 'old chat changes could not be deleted'));
  }

  /** Logs the first of consecutive failures. The next comparison retries. */
  #failed(err: unknown): void {
    if (this.#isStopping || this.#isFailing) return;
    this.#isFailing = true;
    this.#log.warn({ err }, 'chat messages from other nodes can’t be read; retrying');
  }
}

async function until(atMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
}
