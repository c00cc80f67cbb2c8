import { Inject } from '@nestjs/common';
import { type OnGatewayInit, WebSocketServer } from '@nestjs/websockets';
import { GrantedAccess } from '../access/granted-access.js';
import { HlsAuthorizer } from '../access/hls-authorizer.js';
import { channelRoom } from '../broadcast/channel-room.js';
import { PeerTransports } from '../broadcast/peer-transports.js';
import { PublishingService } from '../broadcast/publishing.service.js';
import { SocketPeer } from '../broadcast/socket-peer.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { ViewingService } from '../broadcast/viewing.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import {
  OnairGateway,
  type OnairServer,
  type OnairSocket,
  OnRequest,
  Payload,
  RequestSocket,
} from '../common/gateway.js';
import { CONFIG, type Config } from '../config/config.js';
import type { RequestData, RequestPayload } from '../protocol/events.js';
import type { IceServer } from '../protocol/rtc.js';
import { iceServers } from '../broadcast/ice-servers.js';
import { reachableTransport } from '../broadcast/reach/reachable-transport.js';

/** Handles the socket requests of publishers and viewers. */
@OnairGateway()
export class SignalingGateway implements OnGatewayInit {
  @WebSocketServer() private readonly server!: OnairServer;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly publishing: PublishingService,
    private readonly viewing: ViewingService,
    private readonly transports: PeerTransports,
    private readonly liveChannels: LiveChannels,
    private readonly hls: HlsAuthorizer,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  afterInit(): void {
    this.liveChannels.events.on('stateChanged', (channel) => {
      this.server.to(channelRoom(channel.id)).emit('channel:state', channel.state);
    });
    this.liveChannels.events.on('statsChanged', (channel) => {
      this.server.to(channelRoom(channel.id)).emit('channel:stats', channel.stats);
    });
    this.liveChannels.events.on('channelDeleted', ({ id, name }) => {
      this.server.to(channelRoom(id)).emit('channel:deleted', { channel: name });
    });
  }

  @OnRequest('clock:ping')
  ping(): RequestData<'clock:ping'> {
    return { serverMs: this.clock.nowMs() };
  }

  @OnRequest('publisher:start')
  async start(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:start') payload: RequestPayload<'publisher:start'>,
  ): Promise<RequestData<'publisher:start'>> {
    const { identity } = socket.data;
    const { channelId, ...started } = await this.publishing.start(
      identity,
      new SocketPeer(socket),
      payload,
    );
    await socket.join(channelRoom(channelId));
    // Statistics are sent only when they change, so the current ones are sent to a returning
    // client.
    const live = this.liveChannels.find(channelId);
    if (live) socket.emit('channel:stats', live.stats);
    const transport = reachableTransport(started.transport, socket.data.path);
    return { ...started, transport, iceServers: this.iceServersFor(socket) };
  }

  @OnRequest('publisher:produce')
  produce(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:produce') payload: RequestPayload<'publisher:produce'>,
  ): Promise<RequestData<'publisher:produce'>> {
    return this.publishing.produce(new SocketPeer(socket), payload);
  }

  @OnRequest('publisher:pause')
  async pause(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:pause') payload: RequestPayload<'publisher:pause'>,
  ): Promise<void> {
    await this.publishing.setPaused(new SocketPeer(socket), payload);
  }

  @OnRequest('publisher:unproduce')
  unproduce(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:unproduce') { producerId }: RequestPayload<'publisher:unproduce'>,
  ): void {
    this.publishing.unproduce(new SocketPeer(socket), producerId);
  }

  @OnRequest('publisher:move')
  async move(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:move') { channel }: RequestPayload<'publisher:move'>,
  ): Promise<void> {
    await this.publishing.move(socket.data.identity, new SocketPeer(socket), channel);
  }

  @OnRequest('publisher:clock')
  clockOffset(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:clock') { offsetMs }: RequestPayload<'publisher:clock'>,
  ): void {
    this.publishing.setClockOffset(new SocketPeer(socket), offsetMs);
  }

  @OnRequest('publisher:thumbnail')
  thumbnail(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:thumbnail') payload: RequestPayload<'publisher:thumbnail'>,
  ): void {
    this.publishing.offerThumbnail(new SocketPeer(socket), payload);
  }

  @OnRequest('publisher:end')
  async end(
    @RequestSocket() socket: OnairSocket,
    @Payload('publisher:end') { channel }: RequestPayload<'publisher:end'>,
  ): Promise<void> {
    await this.publishing.end(socket.data.identity, channel);
  }

  @OnRequest('transport:connect')
  async connect(
    @RequestSocket() socket: OnairSocket,
    @Payload('transport:connect') payload: RequestPayload<'transport:connect'>,
  ): Promise<void> {
    await this.transports.get(socket.id, payload.transportId).connect(payload.dtlsParameters);
  }

  @OnRequest('transport:restart-ice')
  async restartIce(
    @RequestSocket() socket: OnairSocket,
    @Payload('transport:restart-ice') { transportId }: RequestPayload<'transport:restart-ice'>,
  ): Promise<RequestData<'transport:restart-ice'>> {
    return { iceParameters: await this.transports.get(socket.id, transportId).restartIce() };
  }

  @OnRequest('viewer:join')
  async join(
    @RequestSocket() socket: OnairSocket,
    @Payload('viewer:join') payload: RequestPayload<'viewer:join'>,
    @GrantedAccess() { access }: GrantedAccess,
  ): Promise<RequestData<'viewer:join'>> {
    const { identity, passes, address } = socket.data;
    const { channelId, media, ...joined } = await this.viewing.join(
      new SocketPeer(socket),
      payload,
    );
    await socket.join(channelRoom(channelId));
    return {
      ...joined,
      media: media && {
        ...media,
        transport: reachableTransport(media.transport, socket.data.path),
        iceServers: this.iceServersFor(socket),
      },
      hls: this.hls.playback(access, { identity, passes, address }).hls,
    };
  }

  @OnRequest('viewer:leave')
  leave(@RequestSocket() socket: OnairSocket): void {
    this.viewing.leave(socket.id);
  }

  @OnRequest('viewer:resume')
  async resume(
    @RequestSocket() socket: OnairSocket,
    @Payload('viewer:resume') { consumerIds }: RequestPayload<'viewer:resume'>,
  ): Promise<void> {
    await this.viewing.resume(new SocketPeer(socket), consumerIds);
  }

  @OnRequest('viewer:layer')
  async pinLayer(
    @RequestSocket() socket: OnairSocket,
    @Payload('viewer:layer') { layer }: RequestPayload<'viewer:layer'>,
  ): Promise<void> {
    await this.viewing.pinLayer(new SocketPeer(socket), layer);
  }

  private iceServersFor(socket: OnairSocket): IceServer[] {
    const { account, guestId } = socket.data.identity;
    return iceServers(this.config.rtc, account?.id ?? guestId, this.clock.nowMs());
  }
}
