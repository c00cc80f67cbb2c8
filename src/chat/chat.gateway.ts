import { ConnectedSocket, type OnGatewayInit, WebSocketServer } from '@nestjs/websockets';
import {
  OnairGateway,
  type OnairServer,
  type OnairSocket,
  OnRequest,
  Payload,
} from '../common/gateway.js';
import type { RequestData, RequestPayload } from '../protocol/events.js';
import { type Author, authorKey, authorOf } from './chat-message.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';
import { ChatService } from './chat.service.js';
import { Moderation } from './moderation.service.js';

/** Everybody who is in a channel's chat. */
const roomOf = ({ id }: ChatRoom) => `chat:${id}`;

/** The socket's way to the chat. */
@OnairGateway()
export class ChatGateway implements OnGatewayInit {
  @WebSocketServer() private readonly server!: OnairServer;

  constructor(
    private readonly rooms: ChatRooms,
    private readonly chat: ChatService,
    private readonly moderation: Moderation,
  ) {}

  afterInit(): void {
    const { events } = this.rooms;
    events.on('told', (room, messages) => {
      const channel = room.channel.name;
      this.server.to(roomOf(room)).emit('chat:messages', { channel, messages: [...messages] });
    });
    events.on('messageDeleted', (room, seq) => {
      const channel = room.channel.name;
      this.server.to(roomOf(room)).emit('chat:deleted', { channel, seqs: [seq] });
    });
    events.on('banChanged', (room, author, banned) => void this.#tellBan(room, author, banned));
  }

  @OnRequest('chat:join')
  async join(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:join') payload: RequestPayload<'chat:join'>,
  ): Promise<RequestData<'chat:join'>> {
    const room = await this.rooms.open(payload.channel);
    // Before the history is read: nothing falls between it and what is told from now on.
    await socket.join(roomOf(room));
    return this.chat.join(room, socket.data.identity, payload);
  }

  @OnRequest('chat:leave')
  async leave(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:leave') { channel }: RequestPayload<'chat:leave'>,
  ): Promise<void> {
    await socket.leave(roomOf(await this.rooms.open(channel)));
  }

  @OnRequest('chat:send')
  async send(
    @ConnectedSocket() { data }: OnairSocket,
    @Payload('chat:send') payload: RequestPayload<'chat:send'>,
  ): Promise<RequestData<'chat:send'>> {
    return this.chat.send(await this.rooms.open(payload.channel), data.identity, payload);
  }

  @OnRequest('chat:history')
  async history(
    @Payload('chat:history') payload: RequestPayload<'chat:history'>,
  ): Promise<RequestData<'chat:history'>> {
    return this.chat.history(await this.rooms.open(payload.channel), payload);
  }

  @OnRequest('chat:delete')
  async delete(
    @ConnectedSocket() { data }: OnairSocket,
    @Payload('chat:delete') { channel, seq }: RequestPayload<'chat:delete'>,
  ): Promise<void> {
    await this.moderation.delete(await this.rooms.open(channel), data.identity, seq);
  }

  @OnRequest('chat:ban')
  async ban(
    @ConnectedSocket() { data }: OnairSocket,
    @Payload('chat:ban') { channel, seq }: RequestPayload<'chat:ban'>,
  ): Promise<RequestData<'chat:ban'>> {
    return this.moderation.ban(await this.rooms.open(channel), data.identity, seq);
  }

  @OnRequest('chat:unban')
  async unban(
    @ConnectedSocket() { data }: OnairSocket,
    @Payload('chat:unban') { channel, banId }: RequestPayload<'chat:unban'>,
  ): Promise<void> {
    await this.moderation.unban(await this.rooms.open(channel), data.identity, banId);
  }

  @OnRequest('chat:bans')
  async bans(
    @ConnectedSocket() { data }: OnairSocket,
    @Payload('chat:bans') { channel }: RequestPayload<'chat:bans'>,
  ): Promise<RequestData<'chat:bans'>> {
    return { bans: await this.moderation.bans(await this.rooms.open(channel), data.identity) };
  }

  /** Tells the one concerned, on all their connections. */
  async #tellBan(room: ChatRoom, author: Author, banned: boolean): Promise<void> {
    const key = authorKey(author);
    for (const socket of await this.server.in(roomOf(room)).fetchSockets())
      if (authorKey(authorOf(socket.data.identity)) === key)
        socket.emit('chat:banned', { channel: room.channel.name, banned });
  }
}
