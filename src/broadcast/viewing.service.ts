import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { RequestPayload } from '../protocol/events.js';
import type { ViewerJoined, ViewerMediaOptions } from '../protocol/signaling.js';
import { ChannelService } from '../channels/channel.service.js';
import type { LiveChannel, Viewer } from './live-channel.js';
import type { Peer } from './peer.js';
import { PeerTransports } from './peer-transports.js';
import type { BroadcastMedia, ReceiverMedia, ReceiverTerms, ViewerMedia } from './ports/media.js';
import { LiveChannels } from './live-channels.js';

/**
 * The answer to a viewer that joins, without the ICE servers and the HLS address, which the gateway
 * adds.
 */
type Joined = Omit<ViewerJoined, 'media' | 'hls'> & {
  channelId: string;
  media: Omit<ViewerMediaOptions, 'iceServers'> | null;
};

/** A viewer connected by its own session description. */
export type Receiving = Readonly<{ live: LiveChannel; media: ReceiverMedia }>;

/** When to retry a channel that is not live. */
const LIVE_RETRY_MS = 5_000;

/** Handles viewers' requests. A connection watches one channel at a time. */
@Injectable()
export class ViewingService {
  readonly #watching = new Map<string, LiveChannel>();

  constructor(
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    private readonly transports: PeerTransports,
  ) {}

  /**
   * Makes `peer` a viewer of the channel, live or not. If the channel is live and capabilities are
   * given, the result includes a connection with all tracks. Joining again replaces the first join.
   */
  async join(
    peer: Peer,
    { channel: name, rtpCapabilities }: RequestPayload<'viewer:join'>,
  ): Promise<Joined> {
    const channel = await this.channels.get(name);
    const live = this.liveChannels.open(channel);
    const viewer = this.#admit(peer, live);
    const media = rtpCapabilities
      ? await this.#connect(live, viewer, (room) => room.watch(rtpCapabilities))
      : null;
    return {
      channelId: channel.id,
      channel: this.channels.view(channel),
      media: media && {
        transport: media.transport,
        consumers: media.consumers,
        unsupported: media.unsupported,
      },
      uplinkMs: live.uplinkMs,
    };
  }

  /**
   * Makes `peer` a viewer of a live channel, by its own session description; tracks start when it
   * connects.
   *
   * @param terms see {@link BroadcastMedia.receive}
   * @throws {DomainError} `channel_not_found`; `not_live` with the time to retry; `unavailable`
   */
  async receive(peer: Peer, name: string, terms: ReceiverTerms | null): Promise<Receiving> {
    const channel = await this.channels.get(name);
    const live = this.liveChannels.find(channel.id);
    if (!live || this.liveChannels.current(channel.id) === null) throw notLive(name);
    const viewer = this.#admit(peer, live);
    try {
      const media = await this.#connect(live, viewer, (room) => room.receive(terms));
      if (media === null) throw notLive(name);
      return { live, media };
    } catch (error) {
      this.leave(peer.id);
      throw error;
    }
  }

  leave(peerId: string): void {
    this.#watching.get(peerId)?.dismiss(peerId);
    this.#watching.delete(peerId);
  }

  /** Sets whether a viewer's connection is silent. Ignored for peers that don't watch. */
  setSilent(peerId: string, isSilent: boolean): void {
    this.#watching.get(peerId)?.setSilent(peerId, isSilent);
  }

  async resume(peer: Peer, consumerIds: readonly string[]): Promise<void> {
    await this.#mediaOf(peer).resume(consumerIds);
  }

  async pinLayer(peer: Peer, layer: number | null): Promise<void> {
    await this.#mediaOf(peer).pinLayer(layer);
  }

  #admit(peer: Peer, live: LiveChannel): Viewer {
    const before = this.#watching.get(peer.id);
    if (before && before !== live) before.dismiss(peer.id);
    if (!peer.connected)
      throw new DomainError('not_joined', 'The connection was lost. Join again.');
    this.#watching.set(peer.id, live);
    const known = live.viewer(peer.id);
    if (!known) return live.admit(peer);
    known.media?.close();
    known.media = null;
    return known;
  }

  async #connect<M extends ViewerMedia>(
    live: LiveChannel,
    viewer: Viewer,
    open: (room: BroadcastMedia) => Promise<M>,
  ): Promise<M | null> {
    const room = live.broadcast?.media;
    if (!room || room.closed) return null;
    const media = await open(room);
    // The viewer left or joined again while the connection was being created.
    if (live.viewer(viewer.peer.id) !== viewer || viewer.media !== null) {
      media.close();
      throw new DomainError('not_joined', 'This join was replaced by a later one.');
    }
    this.#wire(viewer, media);
    return media;
  }

  #wire(viewer: Viewer, media: ViewerMedia): void {
    const { peer } = viewer;
    viewer.media = media;
    this.transports.add(peer.id, media);
    media.events.on('consumerAdded', (options) => peer.send('viewer:consumer', options));
    media.events.on('consumerClosed', (consumerId) =>
      peer.send('viewer:consumer-closed', { consumerId }),
    );
    media.events.on('consumerPaused', (consumerId, paused) =>
      peer.send('viewer:consumer-paused', { consumerId, paused }),
    );
    media.events.on('layerChanged', (consumerId, layer) =>
      peer.send('viewer:current-layer', { consumerId, layer }),
    );
    media.events.on('closed', () => {
      // Closed by neither a leave nor another join: the client must connect again.
      if (viewer.media !== media) return;
      viewer.media = null;
      if (peer.connected) peer.send('transport:closed', { transportId: media.transport.id });
    });
  }

  #mediaOf(peer: Peer): ViewerMedia {
    const media = this.#watching.get(peer.id)?.viewer(peer.id)?.media;
    if (media) return media;
    throw new DomainError(
      'not_joined',
      'This connection does not watch a live channel. Join first.',
    );
  }
}

function notLive(name: string): DomainError {
  return new DomainError('not_live', `${name} is not live.`, { retryAfterMs: LIVE_RETRY_MS });
}
