import { ConnectedSocket } from '@nestjs/websockets';
import { OnairGateway, type OnairSocket, OnRequest, Payload } from '../../common/gateway.js';
import type { RequestData, RequestPayload } from '../../protocol/events.js';
import { ChatRooms } from '../room/chat-rooms.js';
import { senderOf } from '../room/chat-sender.js';
import { Bans } from './bans.js';
import { Moderation } from './moderation.js';

/** The socket's way to what moderators do about messages and people. */
@OnairGateway()
export class ModerationGateway {
  constructor(
    private readonly rooms: ChatRooms,
    private readonly moderation: Moderation,
    private readonly bans: Bans,
  ) {}

  @OnRequest('chat:delete')
  async delete(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:delete') { channel, seq }: RequestPayload<'chat:delete'>,
  ): Promise<void> {
    await this.moderation.delete(await this.rooms.open(channel), senderOf(socket), seq);
  }

  @OnRequest('chat:restore')
  async restore(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:restore') { channel, seq }: RequestPayload<'chat:restore'>,
  ): Promise<void> {
    await this.moderation.restore(await this.rooms.open(channel), senderOf(socket), seq);
  }

  @OnRequest('chat:clear')
  async clear(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:clear') { channel, ...target }: RequestPayload<'chat:clear'>,
  ): Promise<RequestData<'chat:clear'>> {
    const room = await this.rooms.open(channel);
    return { deleted: await this.moderation.clear(room, senderOf(socket), target) };
  }

  @OnRequest('chat:pin')
  async pin(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:pin') { channel, seq }: RequestPayload<'chat:pin'>,
  ): Promise<void> {
    await this.moderation.pin(await this.rooms.open(channel), senderOf(socket), seq);
  }

  @OnRequest('chat:undo')
  async undo(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:undo') { channel, entryId }: RequestPayload<'chat:undo'>,
  ): Promise<RequestData<'chat:undo'>> {
    return this.moderation.undo(await this.rooms.open(channel), senderOf(socket), entryId);
  }

  @OnRequest('chat:timeout')
  async timeOut(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:timeout') { channel, ...timeout }: RequestPayload<'chat:timeout'>,
  ): Promise<RequestData<'chat:timeout'>> {
    return this.bans.timeOut(await this.rooms.open(channel), senderOf(socket), timeout);
  }

  @OnRequest('chat:ban')
  async ban(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:ban') { channel, ...ban }: RequestPayload<'chat:ban'>,
  ): Promise<RequestData<'chat:ban'>> {
    return this.bans.ban(await this.rooms.open(channel), senderOf(socket), ban);
  }

  @OnRequest('chat:unban')
  async unban(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:unban') { channel, ...target }: RequestPayload<'chat:unban'>,
  ): Promise<void> {
    await this.bans.unban(await this.rooms.open(channel), senderOf(socket), target);
  }

  @OnRequest('chat:bans')
  async list(
    @ConnectedSocket() socket: OnairSocket,
    @Payload('chat:bans') { channel }: RequestPayload<'chat:bans'>,
  ): Promise<RequestData<'chat:bans'>> {
    return { bans: await this.bans.list(await this.rooms.open(channel), senderOf(socket)) };
  }
}
