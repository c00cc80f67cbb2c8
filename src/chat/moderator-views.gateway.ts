import { OnairGateway, OnRequest } from '../common/gateway.js';
import type { RequestData } from '../protocol/events.js';
import type { ChatSender } from './room/chat-sender.js';
import { CurrentSender } from './room/current-sender.js';
import { InRoom } from './room/in-room.js';
import { ChatSockets } from './room/chat-sockets.js';
import { HeldMessages } from './held/held-messages.js';
import { ChatSettingsService } from './moderation/chat-settings.service.js';
import { MessageSearch } from './search/message-search.js';
import { AuditLog } from './moderation/audit-log.js';

/** Handles socket requests for moderators' views: settings, held messages, log, search, viewers. */
@OnairGateway()
export class ModeratorViewsGateway {
  // oxlint-disable-next-line max-params -- Injected by Nest: the services that handle requests.
  constructor(
    private readonly settings: ChatSettingsService,
    private readonly held: HeldMessages,
    private readonly audit: AuditLog,
    private readonly searching: MessageSearch,
    private readonly sockets: ChatSockets,
  ) {}

  @OnRequest('chat:settings')
  async get(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:settings') { room }: InRoom<'chat:settings'>,
  ): Promise<RequestData<'chat:settings'>> {
    return this.settings.get(room, sender);
  }

  @OnRequest('chat:change-settings')
  async change(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:change-settings') { room, ...change }: InRoom<'chat:change-settings'>,
  ): Promise<RequestData<'chat:change-settings'>> {
    return this.settings.change(room, sender, change);
  }

  @OnRequest('chat:held')
  async listHeld(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:held') { room }: InRoom<'chat:held'>,
  ): Promise<RequestData<'chat:held'>> {
    return { held: await this.held.list(room, sender) };
  }

  @OnRequest('chat:judge')
  async judge(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:judge') { room, ...judgement }: InRoom<'chat:judge'>,
  ): Promise<RequestData<'chat:judge'>> {
    return { seq: await this.held.judge(room, sender, judgement) };
  }

  @OnRequest('chat:audit')
  async listAudit(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:audit') { room, ...page }: InRoom<'chat:audit'>,
  ): Promise<RequestData<'chat:audit'>> {
    return this.audit.page(room, sender, page);
  }

  @OnRequest('chat:search')
  async search(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:search') { room, ...search }: InRoom<'chat:search'>,
  ): Promise<RequestData<'chat:search'>> {
    return this.searching.search(room, sender, search);
  }

  @OnRequest('chat:viewers')
  async viewers(
    @CurrentSender() sender: ChatSender,
    @InRoom('chat:viewers') { room }: InRoom<'chat:viewers'>,
  ): Promise<RequestData<'chat:viewers'>> {
    return this.sockets.viewers(room, sender);
  }
}
