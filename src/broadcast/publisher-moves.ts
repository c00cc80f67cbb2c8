import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '../channels/channel.js';
import { NodeDrain } from '../cluster/node-drain.js';
import type { PublisherStarted } from '../protocol/signaling.js';
import { BroadcastFactory } from './broadcast-factory.js';
import { BroadcastDirectory } from './directory.js';
import type { LiveBroadcast, MovedPublisher } from './live-broadcast.js';
import { LiveChannels } from './live-channels.js';
import type { Peer } from './peer.js';
import { PeerTransports } from './peer-transports.js';
import { MEDIA, type MediaPort, type PublisherMedia } from './ports/media.js';
import { notLive, notPublishing, tryAgain } from './publishing-errors.js';
import { TakeOver } from './take-over.js';

/** The response to a publisher that starts, without the ICE servers, which the gateway adds. */
export type Started = Omit<PublisherStarted, 'iceServers'> & { channelId: string };

/** The maximum duration of a publisher's move to this node. */
const MOVE_TIMEOUT_MS = 15_000;
/** The maximum time from producing all tracks until the first packet arrives. */
const ARRIVAL_TIMEOUT_MS = 5_000;

/**
 * Moves publishers here from another node without a gap: a publisher first sends its media to both
 * nodes, then its broadcast follows.
 */
@Injectable()
export class PublisherMoves {
  /** The publishers whose broadcasts are about to move here, by peer id. */
  readonly #moving = new Map<string, MovedPublisher & { resumeToken: string }>();

  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly transports: PeerTransports,
    private readonly factory: BroadcastFactory,
    private readonly directory: BroadcastDirectory,
    private readonly takeOver: TakeOver,
    private readonly drain: NodeDrain,
    @Inject(MEDIA) private readonly media: MediaPort,
  ) {}

  /**
   * Opens a connection for a publisher whose broadcast runs on another node. Resolves to null if
   * that isn't possible; the publisher then starts as usual.
   */
  async begin(peer: Peer, { id: channelId }: Channel, resumeToken = ''): Promise<Started | null> {
    const remote = this.directory.find(channelId);
    if (!remote || this.liveChannels.isStopping || this.drain.sendsElsewhere) return null;
    const { id, epoch, view: broadcast } = remote;
    if (this.factory.resumeTokenOf(id) !== resumeToken) return null;
    this.abandon(peer.id);
    const room = await this.media.open({ id, epoch: epoch + 1 });
    const media = await room.publish('browser').catch((error: unknown) => {
      room.close();
      throw error;
    });
    this.#moving.set(peer.id, { peer, source: 'browser', room, media, resumeToken });
    const timer = setTimeout(() => this.abandon(peer.id, media), MOVE_TIMEOUT_MS);
    media.events.on('closed', () => {
      clearTimeout(timer);
      this.abandon(peer.id, media);
    });
    this.transports.add(peer.id, media);
    if (!peer.connected) this.abandon(peer.id, media);
    const { rtpCapabilities } = this.media;
    const { transport } = media;
    // This node's packager may need thumbnails. If it doesn't, it ignores them.
    const more = { resumed: true, thumbnails: true };
    return { channelId, broadcast, resumeToken, rtpCapabilities, transport, ...more };
  }

  /**
   * Moves the broadcast here as soon as the publisher's media arrives.
   * @throws {DomainError} `not_publishing` if the peer has not begun to move; `unavailable` if the
   *   broadcast can't be moved now; `not_live` if it has ended
   */
  async complete(peer: Peer, channel: Channel): Promise<LiveBroadcast> {
    const moved = this.#moving.get(peer.id);
    if (!moved) throw notPublishing();
    const live = this.liveChannels.open(channel);
    try {
      await arriving(moved.media);
      return await live.queue.run(async () => {
        if (this.liveChannels.isStopping || live.broadcast) throw tryAgain();
        const { source, resumeToken } = moved;
        const proof = { source, resumeToken, moves: true };
        const broadcast = await this.takeOver.bring(live, channel, proof, moved);
        if (!broadcast) throw notLive();
        this.#moving.delete(peer.id);
        return broadcast;
      });
    } catch (error) {
      this.abandon(peer.id);
      throw error;
    } finally {
      live.releaseIfUnused();
    }
  }

  /** Returns the media connection of a peer that is moving; null if it isn't. */
  mediaOf(peerId: string): PublisherMedia | null {
    return this.#moving.get(peerId)?.media ?? null;
  }

  /** Closes the connection of a move that has not been completed. */
  abandon(peerId: string, media?: PublisherMedia): void {
    const moving = this.#moving.get(peerId);
    if (!moving || (media && moving.media !== media)) return;
    this.#moving.delete(peerId);
    moving.media.close();
    moving.room.close();
  }
}

/** Resolves when media arrives. The client has sent all tracks by now. */
async function arriving({ isArriving, events }: PublisherMedia): Promise<void> {
  if (isArriving) return;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tryAgain()), ARRIVAL_TIMEOUT_MS);
  try {
    await Promise.race([events.once('arriving'), late]);
  } finally {
    clearTimeout(timer);
  }
}
