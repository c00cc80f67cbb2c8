import { Injectable } from '@nestjs/common';
import { AccountAddresses } from '../../access/account-addresses.js';
import { DomainError } from '../../common/domain-error.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { Author } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRepository } from '../messages/chat.repository.js';

/** A guest's name is looked for among so many of the newest messages. */
const LOOK_BACK = 10_000;

/** Somebody whom an action is about. */
export type Person = Readonly<{
  author: Author;
  name: string;
  /** Where they were lately; empty when that is not known. */
  addressHashes: readonly string[];
}>;

/** How requests name somebody: by a message of theirs, or by their name. */
export type PersonTarget = Readonly<{ seq?: number | undefined; name?: string | undefined }>;

/** Finds whom moderators mean. */
@Injectable()
export class PersonFinder {
  constructor(
    private readonly db: PrismaService,
    private readonly messages: ChatRepository,
    private readonly addresses: AccountAddresses,
  ) {}

  /** @throws {DomainError} `message_not_found`, also when the sender's account is gone; `account_not_found` */
  async find(room: ChatRoom, { seq, name }: PersonTarget): Promise<Person> {
    return seq === undefined ? this.byName(room, name ?? '') : this.#bySeq(room, seq);
  }

  /** An account's name, or else a guest's. @throws {DomainError} `account_not_found` */
  async byName(room: ChatRoom, typed: string): Promise<Person> {
    const name = typed.replace(/^@/, '');
    const account = await this.account(name);
    if (account) return this.#account({ accountId: account.id, name: account.username });
    const guest = room.guests.byName(name) ?? (await this.#guestOfLongAgo(room, name));
    if (guest) return guestPerson(room, guest);
    throw new DomainError('account_not_found', `There is nobody “${name}” here.`);
  }

  /** Null when there is none of this name. */
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
    if (guestId !== null) return guestPerson(room, { guestId, name });
    if (accountId !== null) return this.#account({ accountId, name });
    throw noMessage();
  }

  /** Who logs out comes as a guest from where the account was. */
  #account({ accountId, name }: { accountId: string; name: string }): Person {
    const addressHashes = this.addresses.hashesOf(accountId);
    return { author: { accountId, guestId: null }, name, addressHashes };
  }

  async #guestOfLongAgo(
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

function guestPerson(room: ChatRoom, { guestId, name }: { guestId: string; name: string }): Person {
  const known = room.guests.byId(guestId);
  const addressHashes = known ? [known.addressHash] : [];
  return { author: { accountId: null, guestId }, name, addressHashes };
}

function noMessage(): DomainError {
  return new DomainError('message_not_found', 'There is no such message.');
}
