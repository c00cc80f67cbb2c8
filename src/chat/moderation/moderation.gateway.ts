import { OnairGateway, OnRequest } from '../../common/gateway.js';
import type { RequestData } from '../../protocol/events.js';
import type { ChatSender } from '../room/chat-sender.js';
import { CurrentSender } from '../room/current-sender.js';
import { InRoom } from '../room/in-room.js';
import { Bans } from './bans.js';
import { Moderation } from './moderation.js';

/** Handles socket requests that moderate messages and people. */
@OnairGateway()
export class ModerationGateway {
  constructor(
    private readonly moderation: Moderation,
    private readonly bans: Bans,
  ) {}

  @OnRequest('chat:delete')
  async delete(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:delete') { room, seq }: InRoom<'chat:delete'>,
  ): Promise<void> {
    await this.moderation.delete(room, sender, seq);
  }

  @OnRequest('chat:restore')
  async restore(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:restore') { room, seq }: InRoom<'chat:restore'>,
  ): Promise<void> {
    await this.moderation.restore(room, sender, seq);
  }

  @OnRequest('chat:clear')
  async clear(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:clear') { room, ...target }: InRoom<'chat:clear'>,
  ): Promise<RequestData<'chat:clear'>> {
    return { deleted: await this.moderation.clear(room, sender, target) };
  }

  @OnRequest('chat:pin')
  async pin(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:pin') { room, seq }: InRoom<'chat:pin'>,
  ): Promise<void> {
    await this.moderation.pin(room, sender, seq);
  }

  @OnRequest('chat:undo')
  async undo(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:undo') { room, entryId }: InRoom<'chat:undo'>,
  ): Promise<RequestData<'chat:undo'>> {
    return this.moderation.undo(room, sender, entryId);
  }

  @OnRequest('chat:timeout')
  async timeOut(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:timeout') { room, ...timeout }: InRoom<'chat:timeout'>,
  ): Promise<RequestData<'chat:timeout'>> {
    return this.bans.timeOut(room, sender, timeout);
  }

  @OnRequest('chat:ban')
  async ban(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:ban') { room, ...ban }: InRoom<'chat:ban'>,
  ): Promise<RequestData<'chat:ban'>> {
    return this.bans.ban(room, sender, ban);
  }

  @OnRequest('chat:unban')
  async unban(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:unban') { room, ...target }: InRoom<'chat:unban'>,
  ): Promise<void> {
    await this.bans.unban(room, sender, target);
  }

  @OnRequest('chat:bans')
  async list(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:bans') { room }: InRoom<'chat:bans'>,
  ): Promise<RequestData<'chat:bans'>> {
    return { bans: await this.bans.list(room, sender) };
  }
}
