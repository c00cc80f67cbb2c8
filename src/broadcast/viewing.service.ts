import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { RequestPayload } from '../protocol/events.js';
import type { ViewerJoined, ViewerMediaOptions } from '../protocol/signaling.js';
import { ChannelService } from '../channels/channel.service.js';
import type { LiveChannel } from './live-channel.js';
import type { Peer } from './peer.js';
import { PeerTransports } from './peer-transports.js';
import type { ReceiverMedia, ReceiverTerms, ViewerMedia, WatchedMedia } from './ports/media.js';
import { LiveChannels } from './live-channels.js';
import { RemoteMediaRegistry } from './remote-media-registry.js';
import type { Viewer } from './viewer.js';

/**
 * The response to a viewer that joins, without the ICE servers and the HLS address, which the
 * gateway adds.
 */
type Joined = Omit<ViewerJoined, 'media' | 'hls'> & {
  channelId: string;
  media: Omit<ViewerMediaOptions, 'iceServers'> | null;
};

/** The connection of a viewer with its own session description. */
export type Receiving = Readonly<{ live: LiveChannel; media: ReceiverMedia }>;

/** The time after which a client should retry if a channel isn't live. */
const LIVE_RETRY_MS = 5_000;

/** Handles requests from viewers. A connection can watch one channel at a time. */
@Injectable()
export class ViewingService {
  readonly #watching = new Map<string, LiveChannel>();

  constructor(
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    private readonly remoteMedia: RemoteMediaRegistry,
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
   * Makes `peer` a viewer of a live channel with its own session description. Tracks start when the
   * viewer connects.
   * @param terms see {@link WatchedMedia.receive}
   * @throws {DomainError} `channel_not_found`; `not_live` with the time after which to retry;
   *   `unavailable`
   */
  async receive(peer: Peer, name: string, terms: ReceiverTerms | null): Promise<Receiving> {
    const channel = await this.channels.get(name);
    if (this.liveChannels.current(channel.id) === null) throw notLive(name);
    const live = this.liveChannels.open(channel);
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

  /** Sets whether a viewer's connection is silent. Ignored for peers that are not watching. */
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
    known.detach();
    return known;
  }

  async #connect<M extends ViewerMedia>(
    live: LiveChannel,
    viewer: Viewer,
    open: (room: WatchedMedia) => Promise<M>,
  ): Promise<M | null> {
    const room = await this.#roomOf(live);
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

  /** Resolves with the media of the channel's broadcast, no matter on which node it runs. */
  async #roomOf({ broadcast, remote }: LiveChannel): Promise<WatchedMedia | null> {
    if (broadcast) return broadcast.media;
    return remote && this.remoteMedia.open(remote);
  }

  #wire(viewer: Viewer, media: ViewerMedia): void {
    const { peer } = viewer;
    viewer.attach(media);
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
      // The connection was closed neither by leaving nor by another join, so the client must
      // reconnect.
      if (viewer.media !== media) return;
      viewer.detach();
      if (peer.connected) peer.send('transport:closed', { transportId: media.transport.id });
    });
  }

  #mediaOf(peer: Peer): ViewerMedia {
    const media = this.#watching.get(peer.id)?.viewer(peer.id)?.media;
    if (media) return media;
    throw new DomainError(
      'not_joined',
      'This connection is not watching a live channel. Join first.',
    );
  }
}

function notLive(name: string): DomainError {
  return new DomainError('not_live', `${name} is not live.`, { retryAfterMs: LIVE_RETRY_MS });
}
