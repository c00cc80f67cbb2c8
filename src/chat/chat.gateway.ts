import { type OnGatewayInit, WebSocketServer } from '@nestjs/websockets';
import {
  OnairGateway,
  type OnairServer,
  type OnairSocket,
  OnRequest,
  RequestSocket,
} from '../common/gateway.js';
import type { RequestData } from '../protocol/events.js';
import { ChatAnnouncer } from './chat-announcer.js';
import { ChatReading } from './chat-reading.js';
import type { ChatSender } from './room/chat-sender.js';
import { CurrentSender } from './room/current-sender.js';
import { InRoom } from './room/in-room.js';
import { ChatService } from './chat.service.js';
import { ChatSockets } from './room/chat-sockets.js';
import { Commands } from './commands/commands.js';
import { Reactions } from './reactions/reactions.js';

/** Handles the chat's socket events. */
@OnairGateway()
export class ChatGateway implements OnGatewayInit {
  @WebSocketServer() private readonly server!: OnairServer;

  // oxlint-disable-next-line max-params -- Injected by Nest: the services that handle requests.
  constructor(
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
    @RequestSocket() socket: OnairSocket,
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:join') { room, ...known }: InRoom<'chat:join'>,
  ): Promise<RequestData<'chat:join'>> {
    // Subscribe before reading the history, so that no message between the two is missed.
    await this.sockets.enter(room, socket);
    return this.reading.join(room, sender, known);
  }

  @OnRequest('chat:leave')
  async leave(
    @RequestSocket() socket: OnairSocket,
    @InRoom('chat:leave') { room }: InRoom<'chat:leave'>,
  ): Promise<void> {
    await this.sockets.leave(room, socket);
  }

  @OnRequest('chat:send')
  async send(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:send') { room, ...message }: InRoom<'chat:send'>,
  ): Promise<RequestData<'chat:send'>> {
    return this.chat.send(room, sender, message);
  }

  @OnRequest('chat:history')
  async history(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:history') { room, ...page }: InRoom<'chat:history'>,
  ): Promise<RequestData<'chat:history'>> {
    return this.reading.history(room, sender, page);
  }

  @OnRequest('chat:react')
  async react(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:react') { room, ...reaction }: InRoom<'chat:react'>,
  ): Promise<void> {
    await this.reactions.react(room, sender, reaction);
  }

  @OnRequest('chat:float')
  float(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:float') { room, emoji }: InRoom<'chat:float'>,
  ): void {
    this.reactions.float(room, sender, emoji);
  }

  @OnRequest('chat:command')
  async command(
    @RequestSocket() socket: OnairSocket,
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:command') { room, text }: InRoom<'chat:command'>,
  ): Promise<RequestData<'chat:command'>> {
    const { scopes } = socket.data.identity;
    return { message: await this.commands.run(room, sender, { text, scopes }) };
  }
}
