import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccountAddresses } from '../../access/account-addresses.js';
import { askAll } from '../../cluster/ask-all.js';
import { type Cluster, CLUSTER } from '../../cluster/cluster.js';
import { NODE_CALLS, type NodeCalls } from '../../cluster/node-calls.js';
import { DomainError } from '../../common/domain-error.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { Author } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import { ChatRepository } from '../messages/chat.repository.js';

/** The number of newest messages to search for a guest's name. */
const LOOK_BACK = 10_000;

/** The name of the call that requests a person's recent addresses from another node. */
const ADDRESSES_CALL = 'chat-addresses';
const Known = z.object({
  channelId: z.string(),
  accountId: z.string().nullable(),
  guestId: z.string().nullable(),
});
type Known = z.output<typeof Known>;

/** The target of a moderator's action. */
export type Person = Readonly<{
  author: Author;
  name: string;
  /** Hashes of the person's recent addresses; empty if unknown. */
  addressHashes: readonly string[];
}>;

/** Identifies a person by one of their messages, or by name. */
export type PersonTarget = Readonly<{ seq?: number | undefined; name?: string | undefined }>;

/** Finds the targets of moderators' actions. */
@Injectable()
export class PersonFinder {
  // oxlint-disable-next-line max-params -- Injected by Nest: the sources of people's names and
  // addresses, on this node and on others.
  constructor(
    private readonly db: PrismaService,
    private readonly messages: ChatRepository,
    private readonly addresses: AccountAddresses,
    private readonly rooms: ChatRooms,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
  ) {
    calls.answer(ADDRESSES_CALL, (body) => this.#addressesHere(Known.parse(body)));
  }

  /**
   * @throws {DomainError} `message_not_found`, including if its author's account was deleted;
   *   `account_not_found`
   */
  async find(room: ChatRoom, { seq, name }: PersonTarget): Promise<Person> {
    return seq === undefined ? this.byName(room, name ?? '') : this.#bySeq(room, seq);
  }

  /**
   * Finds the account with a name, or else the last guest who used it.
   * @throws {DomainError} `account_not_found`
   */
  async byName(room: ChatRoom, typed: string): Promise<Person> {
    const name = typed.replace(/^@/, '');
    const account = await this.account(name);
    if (account) return this.#account(room, { accountId: account.id, name: account.username });
    const guest = room.guests.byName(name) ?? (await this.#guestFromHistory(room, name));
    if (guest) return this.#guest(room, guest);
    throw new DomainError('account_not_found', `There is nobody named “${name}” here.`);
  }

  /** Returns null if no account has this name. */
  async account(username: string): Promise<{ id: string; username: string } | null> {
    return this.db.account.findUnique({
      where: { username: username.replace(/^@/, '').toLowerCase() },
      select: { id: true, username: true },
    });
  }

  async #bySeq(room: ChatRoom, seq: number): Promise<Person> {
    const message = await this.messages.find(room.id, seq);
    if (!message) throw noMessage();
    const { accountId, guestId, name } = message;
    if (guestId !== null) return this.#guest(room, { guestId, name });
    if (accountId !== null) return this.#account(room, { accountId, name });
    throw noMessage();
  }

  /**
   * The result includes the account's addresses, because the person could log out and chat from
   * there as a guest.
   */
  async #account(
    room: ChatRoom,
    { accountId, name }: { accountId: string; name: string },
  ): Promise<Person> {
    const author = { accountId, guestId: null };
    return { author, name, addressHashes: await this.#addresses(room, author) };
  }

  async #guest(
    room: ChatRoom,
    { guestId, name }: { guestId: string; name: string },
  ): Promise<Person> {
    const author = { accountId: null, guestId };
    return { author, name, addressHashes: await this.#addresses(room, author) };
  }

  /**
   * Returns hashes of the author's recent addresses, as known to the nodes that respond in time.
   */
  async #addresses(room: ChatRoom, author: Author): Promise<string[]> {
    const known = { channelId: room.id, ...author };
    const elsewhere = await askAll(
      { cluster: this.cluster, calls: this.calls },
      { name: ADDRESSES_CALL, body: known, schema: z.array(z.string()) },
    );
    return [...new Set([...this.#addressesHere(known), ...elsewhere.flat()])];
  }

  #addressesHere({ channelId, accountId, guestId }: Known): string[] {
    if (accountId !== null) return this.addresses.hashesOf(accountId);
    const known = this.rooms.find(channelId)?.guests.byId(guestId ?? '');
    return known?.addressHash ? [known.addressHash] : [];
  }

  async #guestFromHistory(
    room: ChatRoom,
    name: string,
  ): Promise<{ guestId: string; name: string } | null> {
    const fromSeq = (await this.messages.lastSeq(room.id)) - LOOK_BACK;
    const row = await this.db.chatMessage.findFirst({
      where: {
        channelId: room.id,
        seq: { gt: fromSeq },
        guestId: { not: null },
        name: { in: [name, name.replaceAll('_', ' ')], mode: 'insensitive' },
      },
      orderBy: { seq: 'desc' },
      select: { guestId: true, name: true },
    });
    return row?.guestId == null ? null : { guestId: row.guestId, name: row.name };
  }
}

function noMessage(): DomainError {
  return new DomainError('message_not_found', 'Message not found.');
}
