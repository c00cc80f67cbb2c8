import { ConnectedSocket, type OnGatewayInit, WebSocketServer } from '@nestjs/websockets';
import {
  OnairGateway,
  type OnairServer,
  type OnairSocket,
  OnRequest,
  Payload,
} from '../common/gateway.js';
import type { RequestData, RequestPayload } from '../protocol/events.js';
import { ChatAnnouncer } from './chat-announcer.js';
import { ChatReading } from './chat-reading.js';
import { ChatRooms } from './room/chat-rooms.js';
import { senderOf } from './room/chat-sender.js';
import { ChatService } from './chat.service.js';
import { ChatSockets } from './room/chat-sockets.js';
import { Commands } from './commands/commands.js';
import { Reactions } from './reactions/reactions.js';

/** Handles the chat's socket events. */
@OnairGateway()
export class ChatGateway implements OnGatewayInit {
  @WebSocketServer() private readonly server!: OnairServer;

  // oxlint-disable-next-line max-params -- Nest's injection: what requests are for.
  constructor(
    private readonly rooms: ChatRooms,
    private readonly chat: ChatService,
    private readonly reading: ChatReading,
    private readonly reactions: Reactions,
    private readonly commands: Commands,
    private readonly sockets: ChatSockets,
    private readonly announcer: ChatAnnouncer,
  ) {}

  afterInit(): void {
    this.announcer.announceOn(this.server);
  }

  @OnRequest('chat:join')
  async join(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:join') payload: RequestPayload<'chat:join'>,
  ): Promise<RequestData<'chat:join'>> {
    const room = await this.rooms.open(payload.channel);
    // Subscribe before reading the history, so that no message falls in between.
    await this.sockets.enter(room, socket);
    return this.reading.join(room, senderOf(socket), payload);
  }

  @OnRequest('chat:leave')
  async leave(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:leave') { channel }: RequestPayload<'chat:leave'>,
  ): Promise<void> {
    await this.sockets.leave(await this.rooms.open(channel), socket);
  }

  @OnRequest('chat:send')
  async send(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:send') payload: RequestPayload<'chat:send'>,
  ): Promise<RequestData<'chat:send'>> {
    return this.chat.send(await this.rooms.open(payload.channel), senderOf(socket), payload);
  }

  @OnRequest('chat:history')
  async history(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:history') payload: RequestPayload<'chat:history'>,
  ): Promise<RequestData<'chat:history'>> {
    return this.reading.history(await this.rooms.open(payload.channel), senderOf(socket), payload);
  }

  @OnRequest('chat:react')
  async react(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:react') { channel, ...reaction }: RequestPayload<'chat:react'>,
  ): Promise<void> {
    await this.reactions.react(await this.rooms.open(channel), senderOf(socket), reaction);
  }

  @OnRequest('chat:float')
  async float(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:float') { channel, emoji }: RequestPayload<'chat:float'>,
  ): Promise<void> {
    this.reactions.float(await this.rooms.open(channel), senderOf(socket), emoji);
  }

  @OnRequest('chat:command')
  async command(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:command') { channel, text }: RequestPayload<'chat:command'>,
  ): Promise<RequestData<'chat:command'>> {
    const room = await this.rooms.open(channel);
    const { scopes } = socket.data.identity;
    return { message: await this.commands.run(room, senderOf(socket), { text, scopes }) };
  }
}
