import { Inject } from '@nestjs/common';
import { iceServers } from '../broadcast/ice-servers.js';
import { reachableTransport } from '../broadcast/reach/reachable-transport.js';
import { SocketPeer } from '../broadcast/socket-peer.js';
import { CLOCK, type Clock } from '../common/clock.js';
import {
  OnairGateway,
  type OnairSocket,
  OnRequest,
  Payload,
  RequestSocket,
} from '../common/gateway.js';
import { CONFIG, type Config } from '../config/config.js';
import type { RequestData, RequestPayload } from '../protocol/events.js';
import type { StageJoined } from '../protocol/stage.js';
import { StageService } from './stage.service.js';

/** Handles the socket requests of hosts and guests. */
@OnairGateway()
export class StageGateway {
  constructor(
    private readonly stage: StageService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnRequest('stage:open')
  async open(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:open') payload: RequestPayload<'stage:open'>,
  ): Promise<RequestData<'stage:open'>> {
    return this.#reply(socket, await this.stage.open(socket.data, new SocketPeer(socket), payload));
  }

  @OnRequest('stage:close')
  close(@RequestSocket() socket: OnairSocket): void {
    this.stage.close(new SocketPeer(socket));
  }

  @OnRequest('stage:join')
  async join(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:join') payload: RequestPayload<'stage:join'>,
  ): Promise<RequestData<'stage:join'>> {
    return this.#reply(socket, await this.stage.join(socket.data, new SocketPeer(socket), payload));
  }

  @OnRequest('stage:leave')
  leave(@RequestSocket() socket: OnairSocket): void {
    this.stage.leave(new SocketPeer(socket));
  }

  @OnRequest('stage:produce')
  produce(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:produce') payload: RequestPayload<'stage:produce'>,
  ): Promise<RequestData<'stage:produce'>> {
    return this.stage.produce(new SocketPeer(socket), payload);
  }

  @OnRequest('stage:unproduce')
  unproduce(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:unproduce') { producerId }: RequestPayload<'stage:unproduce'>,
  ): void {
    this.stage.unproduce(new SocketPeer(socket), producerId);
  }

  @OnRequest('stage:pause')
  async pause(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:pause') { producerId, paused }: RequestPayload<'stage:pause'>,
  ): Promise<void> {
    await this.stage.setPaused(new SocketPeer(socket), producerId, paused);
  }

  @OnRequest('stage:resume')
  async resume(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:resume') { consumerIds }: RequestPayload<'stage:resume'>,
  ): Promise<void> {
    await this.stage.resume(new SocketPeer(socket), consumerIds);
  }

  @OnRequest('stage:layer')
  async preferLayer(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:layer') { consumerId, layer }: RequestPayload<'stage:layer'>,
  ): Promise<void> {
    await this.stage.preferLayer(new SocketPeer(socket), consumerId, layer);
  }

  @OnRequest('stage:place')
  place(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:place') payload: RequestPayload<'stage:place'>,
  ): void {
    this.stage.place(new SocketPeer(socket), payload);
  }

  @OnRequest('stage:mute')
  async mute(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:mute') payload: RequestPayload<'stage:mute'>,
  ): Promise<void> {
    await this.stage.mute(new SocketPeer(socket), payload);
  }

  @OnRequest('stage:allow-screen')
  allowScreen(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:allow-screen') payload: RequestPayload<'stage:allow-screen'>,
  ): void {
    this.stage.allowScreen(new SocketPeer(socket), payload);
  }

  @OnRequest('stage:remove')
  async remove(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:remove') payload: RequestPayload<'stage:remove'>,
  ): Promise<void> {
    await this.stage.remove(new SocketPeer(socket), payload);
  }

  @OnRequest('stage:record-guests')
  async recordGuests(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:record-guests') { enabled }: RequestPayload<'stage:record-guests'>,
  ): Promise<void> {
    await this.stage.recordGuests(new SocketPeer(socket), enabled);
  }

  @OnRequest('stage:mix')
  async mix(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:mix') programme: RequestPayload<'stage:mix'>,
  ): Promise<void> {
    await this.stage.mix(new SocketPeer(socket), programme);
  }

  @OnRequest('stage:mix-programme')
  setMixProgramme(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:mix-programme') programme: RequestPayload<'stage:mix-programme'>,
  ): void {
    this.stage.setMixProgramme(new SocketPeer(socket), programme);
  }

  @OnRequest('stage:say')
  say(
    @RequestSocket() socket: OnairSocket,
    @Payload('stage:say') { text }: RequestPayload<'stage:say'>,
  ): void {
    this.stage.say(new SocketPeer(socket), text);
  }

  #reply(socket: OnairSocket, joined: Omit<StageJoined, 'iceServers'>): StageJoined {
    const { account, guestId } = socket.data.identity;
    return {
      ...joined,
      send: reachableTransport(joined.send, socket.data.path),
      receive: reachableTransport(joined.receive, socket.data.path),
      iceServers: iceServers(this.config.rtc, account?.id ?? guestId, this.clock.nowMs()),
    };
  }
}
