import { Inject, Injectable } from '@nestjs/common';
import type { OnairServer } from '../common/gateway.js';
import { LOG, type Log } from '../common/logger.js';
import { FollowService } from '../follows/follow.service.js';
import { authorKey } from './messages/chat-message.js';
import { ChatReading } from './chat-reading.js';
import type { ChatRoom } from './room/chat-room.js';
import { type ChangedPerson, ChatRooms, type Judgement } from './room/chat-rooms.js';
import { type ChatSender, senderOf } from './room/chat-sender.js';
import { ChatSockets, everybodyIn, moderatorsIn } from './room/chat-sockets.js';

/** Broadcasts room events to connected clients. */
@Injectable()
export class ChatAnnouncer {
  readonly #log: Log;

  constructor(
    private readonly rooms: ChatRooms,
    private readonly sockets: ChatSockets,
    private readonly reading: ChatReading,
    private readonly follows: FollowService,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'chat' });
  }

  /** Starts forwarding room events to the server's sockets. */
  announceOn(server: OnairServer): void {
    this.sockets.attach(server);
    this.#announceMessages(server);
    this.#announceToModerators(server);
    const { events } = this.rooms;
    events.on('personChanged', (room, person, reason) => this.#notifyPerson(room, person, reason));
    events.on('guestsConcerned', (room) =>
      this.#notifyMatching(room, ({ account }) => account === null, ''),
    );
    events.on('judged', (room, judgement) => this.#notifySender(room, judgement));
    events.on('reset', (room) => void this.#reset(server, room));
    this.follows.events.on('changed', (channelId, accountId) => {
      const room = this.rooms.find(channelId);
      const person = { author: { accountId, guestId: null }, addressHashes: [] };
      if (room) this.#notifyPerson(room, person, '');
    });
  }

  #announceMessages(server: OnairServer): void {
    const { events } = this.rooms;
    const to = (room: ChatRoom) => server.to(everybodyIn(room));
    events.on('sent', (room, messages) =>
      to(room).emit('chat:messages', { channel: room.channel.name, messages: [...messages] }),
    );
    events.on('deleted', (room, seqs) =>
      to(room).emit('chat:deleted', { channel: room.channel.name, seqs: [...seqs] }),
    );
    events.on('restored', (room, messages) =>
      to(room).emit('chat:restored', { channel: room.channel.name, messages: [...messages] }),
    );
    events.on('pinned', (room, message) =>
      to(room).emit('chat:pinned', { channel: room.channel.name, message }),
    );
    events.on('rulesChanged', (room) =>
      to(room).emit('chat:rules', { channel: room.channel.name, rules: room.rules.rules }),
    );
    events.on('reactionsChanged', (room, changed) => {
      to(room).emit('chat:reactions', { channel: room.channel.name, changes: [...changed] });
    });
    events.on('floated', (room, floats) =>
      to(room).emit('chat:floats', { channel: room.channel.name, floats: [...floats] }),
    );
  }

  #announceToModerators(server: OnairServer): void {
    const { events } = this.rooms;
    const to = (room: ChatRoom) => server.to(moderatorsIn(room));
    events.on('held', (room, held) =>
      to(room).emit('chat:held-added', { channel: room.channel.name, held }),
    );
    events.on('judged', (room, { heldId, approved }) =>
      to(room).emit('chat:held-removed', { channel: room.channel.name, heldId, approved }),
    );
    events.on('audited', (room, entry) =>
      to(room).emit('chat:audited', { channel: room.channel.name, entry }),
    );
  }

  /** Makes all clients join again, with their current roles. */
  async #reset(server: OnairServer, room: ChatRoom): Promise<void> {
    for (const socket of this.sockets.find(room, () => true)) await this.sockets.sort(room, socket);
    server.to(everybodyIn(room)).emit('chat:reset', { channel: room.channel.name });
  }

  #notifySender(room: ChatRoom, { author, nonce, approved, seq }: Judgement): void {
    const key = authorKey(author);
    for (const socket of this.sockets.find(room, (sender) => sender.key === key))
      socket.emit('chat:judged', { channel: room.channel.name, nonce, approved, seq });
  }

  /** Notifies all of a person's connections. */
  #notifyPerson(room: ChatRoom, person: ChangedPerson, reason: string): void {
    const key = authorKey(person.author);
    const isOne = ({ key: other, account, addressHash }: ChatSender) =>
      other === key || (account === null && person.addressHashes.includes(addressHash));
    this.#notifyMatching(room, isOne, reason);
  }

  /** Sends matching senders in the room their current roles and permissions. */
  #notifyMatching(
    room: ChatRoom,
    isConcerned: (sender: ChatSender) => boolean,
    reason: string,
  ): void {
    const channel = room.channel.name;
    for (const socket of this.sockets.find(room, isConcerned))
      void this.sockets
        .sort(room, socket)
        .then(() => this.reading.me(room, senderOf(socket)))
        .then((me) => socket.emit('chat:me', { channel, me, reason }))
        .catch((err: unknown) =>
          this.#log.warn({ err, channel }, 'a chat client could not be notified'),
        );
  }
}
