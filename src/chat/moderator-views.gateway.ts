import { ConnectedSocket } from '@nestjs/websockets';
import { OnairGateway, type OnairSocket, OnRequest, Payload } from '../common/gateway.js';
import type { RequestData, RequestPayload } from '../protocol/events.js';
import { ChatRooms } from './room/chat-rooms.js';
import { senderOf } from './room/chat-sender.js';
import { ChatSockets } from './room/chat-sockets.js';
import { HeldMessages } from './held/held-messages.js';
import { ChatSettingsService } from './moderation/chat-settings.service.js';
import { MessageSearch } from './search/message-search.js';
import { AuditLog } from './moderation/audit-log.js';

/** The socket's way to what moderators look at and set. */
@OnairGateway()
export class ModeratorViewsGateway {
  // oxlint-disable-next-line max-params -- Nest's injection: what requests are for.
  constructor(
    private readonly rooms: ChatRooms,
    private readonly settings: ChatSettingsService,
    private readonly held: HeldMessages,
    private readonly audit: AuditLog,
    private readonly searching: MessageSearch,
    private readonly sockets: ChatSockets,
  ) {}

  @OnRequest('chat:settings')
  async get(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:settings') { channel }: RequestPayload<'chat:settings'>,
  ): Promise<RequestData<'chat:settings'>> {
    return this.settings.get(await this.rooms.open(channel), senderOf(socket));
  }

  @OnRequest('chat:change-settings')
  async change(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:change-settings') { channel, ...change }: RequestPayload<'chat:change-settings'>,
  ): Promise<RequestData<'chat:change-settings'>> {
    return this.settings.change(await this.rooms.open(channel), senderOf(socket), change);
  }

  @OnRequest('chat:held')
  async listHeld(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:held') { channel }: RequestPayload<'chat:held'>,
  ): Promise<RequestData<'chat:held'>> {
    return { held: await this.held.list(await this.rooms.open(channel), senderOf(socket)) };
  }

  @OnRequest('chat:judge')
  async judge(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:judge') { channel, ...judgement }: RequestPayload<'chat:judge'>,
  ): Promise<RequestData<'chat:judge'>> {
    const room = await this.rooms.open(channel);
    return { seq: await this.held.judge(room, senderOf(socket), judgement) };
  }

  @OnRequest('chat:audit')
  async listAudit(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:audit') { channel, ...page }: RequestPayload<'chat:audit'>,
  ): Promise<RequestData<'chat:audit'>> {
    return this.audit.page(await this.rooms.open(channel), senderOf(socket), page);
  }

  @OnRequest('chat:search')
  async search(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:search') { channel, ...search }: RequestPayload<'chat:search'>,
  ): Promise<RequestData<'chat:search'>> {
    return this.searching.search(await this.rooms.open(channel), senderOf(socket), search);
  }

  @OnRequest('chat:viewers')
  async viewers(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:viewers') { channel }: RequestPayload<'chat:viewers'>,
  ): Promise<RequestData<'chat:viewers'>> {
    return this.sockets.viewers(await this.rooms.open(channel), senderOf(socket));
  }
}
