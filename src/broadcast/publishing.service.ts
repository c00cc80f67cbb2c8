import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '../channels/channel.js';
import { ChannelService } from '../channels/channel.service.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { RequestPayload } from '../protocol/events.js';
import type { IngestView } from '../protocol/ingest.js';
import { BroadcastControl } from './broadcast-control.js';
import { BroadcastEntry, type Entrance } from './broadcast-entry.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import type { LiveBroadcast } from './live-broadcast.js';
import { LiveChannels } from './live-channels.js';
import type { Peer } from './peer.js';
import { PeerTransports } from './peer-transports.js';
import {
  type BroadcastMedia,
  MEDIA,
  type MediaPort,
  type MixedMedia,
  type PeerSource,
  type ProgramMedia,
  type ProgramSource,
  type PublisherMedia,
  type SourceMedia,
} from './ports/media.js';
import { PublisherMoves, type Started } from './publisher-moves.js';
import { notLive, notPublishing, notYours, tryAgain } from './publishing-errors.js';
import { TakeOver } from './take-over.js';

/** Handles requests from publishers. */
@Injectable()
export class PublishingService {
  /** The broadcasts of connected publishers, by peer id. */
  readonly #publishing = new Map<string, LiveBroadcast>();

  constructor(
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    private readonly journal: BroadcastJournal,
    private readonly visibility: BroadcastVisibility,
    private readonly transports: PeerTransports,
    private readonly entry: BroadcastEntry,
    private readonly moves: PublisherMoves,
    private readonly control: BroadcastControl,
    @Inject(MEDIA) private readonly media: MediaPort,
    takeOver: TakeOver,
  ) {
    takeOver.setRule(
      'browser',
      // The owner can always take a broadcast back from this server's mixer.
      ({ resumeToken, source }, proof) => source === 'mixer' || proof.resumeToken === resumeToken,
    );
    // Only the host of the channel's stage can start a mixer.
    takeOver.setRule('mixer', () => true);
    channels.events.on('titleChanged', ({ id, title }) => liveChannels.find(id)?.rename(title));
    channels.events.on('channelDeleted', (channel) => {
      liveChannels.delete(channel);
      // If the broadcast's node doesn't answer, it will later find that the channel no longer
      // exists.
      control.end(channel.id, 'channel_deleted').catch(() => undefined);
    });
  }

  /**
   * Starts a broadcast on the caller's own channel, or resumes the interrupted one.
   * @throws {DomainError} `not_logged_in`, `channel_not_found`, `forbidden`, `broadcast_limit`;
   * `already_publishing` if another connection is publishing, unless `resumeToken` proves that it
   * was the caller's
   */
  async start(
    identity: Identity,
    peer: Peer,
    { channel: name, resumeToken, continues, visibility, moves }: RequestPayload<'publisher:start'>,
  ): Promise<Started> {
    const channel = await this.#ownChannel(identity, name);
    const moving = moves === true ? await this.moves.begin(peer, channel, resumeToken) : null;
    if (moving) return moving;
    this.moves.abandon(peer.id);
    const { broadcast, media, resumed } = await this.publish(channel, {
      peer,
      source: 'browser',
      proof: { resumeToken },
      ...(continues === undefined
        ? {}
        : { assertMayCreate: () => this.#assertNotEnded(continues) }),
      visibility: () => this.visibility.forNew(name, { visibility, continues }),
    });
    return {
      channelId: channel.id,
      broadcast: broadcast.view,
      resumed,
      resumeToken: broadcast.resumeToken,
      rtpCapabilities: this.media.rtpCapabilities,
      transport: media.transport,
      thumbnails: broadcast.wantsThumbnails,
    };
  }

  /**
   * Starts a broadcast for a peer authorized for the channel, or resumes the interrupted one.
   * @throws {DomainError} `broadcast_limit`; `already_publishing` if another connection is
   *   publishing, on any node; `unavailable` if the node of the running broadcast doesn't answer,
   *   or if this node is stopping or draining
   */
  async publish(
    channel: Channel,
    entrance: Entrance & Readonly<{ source: PeerSource }>,
  ): Promise<{ broadcast: LiveBroadcast; media: PublisherMedia; resumed: boolean }> {
    return this.#enter(channel, entrance, async (broadcast) => {
      const media = await broadcast.attach(entrance.peer, entrance.source);
      this.transports.add(entrance.peer.id, media);
      return media;
    });
  }

  /**
   * Starts a broadcast like {@link publish}, for an encoder that doesn't use WebRTC.
   * @throws {DomainError} as {@link publish}
   */
  async publishProgram(
    channel: Channel,
    entrance: Entrance & Readonly<{ source: ProgramSource }>,
  ): Promise<{ broadcast: LiveBroadcast; media: ProgramMedia; resumed: boolean }> {
    return this.#enter(channel, entrance, (broadcast) =>
      broadcast.attachProgram(entrance.peer, entrance.source),
    );
  }

  /**
   * Makes a mixer of this server the publisher of the channel's broadcast.
   * @param peer represents the mixer
   * @throws {DomainError} `not_live` if there is no broadcast
   */
  mix(
    channel: Channel,
    peer: Peer,
    open: (room: BroadcastMedia) => Promise<MixedMedia>,
  ): Promise<LiveBroadcast> {
    const live = this.liveChannels.open(channel);
    return live.queue
      .run(async () => {
        if (this.liveChannels.isStopping) throw tryAgain();
        const assertMayCreate = async () => {
          throw new DomainError('not_live', 'Go live first, so that the server can mix.');
        };
        const entrance = { peer, source: 'mixer' as const, assertMayCreate };
        const { broadcast } = await this.entry.enter(live, channel, entrance);
        await broadcast.attachMix(peer, open);
        return broadcast;
      })
      .finally(() => live.releaseIfUnused());
  }

  /**
   * Completes a start that was requested with `moves`: moves the broadcast here as soon as the
   * publisher's media arrives.
   * @throws {DomainError} `not_publishing` if there is no such start; `unavailable` if the
   *   broadcast can't be moved now; `not_live` if it has ended
   */
  async move(identity: Identity, peer: Peer, name: string): Promise<void> {
    const channel = await this.#ownChannel(identity, name);
    this.#publishing.set(peer.id, await this.moves.complete(peer, channel));
  }

  async produce(
    peer: Peer,
    track: RequestPayload<'publisher:produce'>,
  ): Promise<{ producerId: string }> {
    return { producerId: await this.#mediaOf(peer).produce({ ...track, reportsTell: 'sending' }) };
  }

  async setPaused(
    peer: Peer,
    { producerId, paused }: RequestPayload<'publisher:pause'>,
  ): Promise<void> {
    await this.#mediaOf(peer).setPaused(producerId, paused);
  }

  unproduce(peer: Peer, producerId: string): void {
    this.#mediaOf(peer).unproduce(producerId);
  }

  setClockOffset(peer: Peer, offsetMs: number): void {
    this.#broadcastOf(peer).setClockOffset(peer, offsetMs);
  }

  offerThumbnail(peer: Peer, { jpeg }: RequestPayload<'publisher:thumbnail'>): void {
    this.#broadcastOf(peer).offerThumbnail(peer, Buffer.from(jpeg, 'base64'));
  }

  /**
   * Ends the channel's broadcast, from any connection of its owner.
   * @throws {DomainError} `not_logged_in`, `channel_not_found`, `forbidden`; `not_live` if there is
   *   no broadcast
   */
  async end(identity: Identity, name: string): Promise<void> {
    const channel = await this.#ownChannel(identity, name);
    if (!(await this.control.end(channel.id, 'publisher_ended'))) throw notLive();
  }

  /**
   * Reports the quality of the incoming media of the caller's own broadcast.
   * @throws {DomainError} `channel_not_found`, `forbidden`; `not_live` if there is no broadcast
   */
  async ingest(accountId: string, name: string): Promise<IngestView> {
    const channel = await this.channels.get(name);
    if (channel.ownerId !== accountId) throw notYours();
    const view = await this.control.ingest(channel.id);
    if (!view) throw notLive();
    return view;
  }

  /** Whether a peer publishes a broadcast. */
  isPublishing(peerId: string): boolean {
    return this.#publishing.get(peerId)?.publisherPeerId === peerId;
  }

  disconnected(peerId: string): void {
    this.moves.abandon(peerId);
    this.#publishing.get(peerId)?.publisherLeft(peerId);
    this.#publishing.delete(peerId);
  }

  async #ownChannel(identity: Identity, name: string): Promise<Channel> {
    if (!identity.account)
      throw new DomainError('not_logged_in', 'Log in to go live on your channel.');
    const channel = await this.channels.get(name);
    if (channel.ownerId !== identity.account.id) throw notYours();
    return channel;
  }

  async #assertNotEnded(broadcastId: string): Promise<void> {
    const reason = await this.journal.endReasonOf(broadcastId);
    if (reason !== null && reason !== 'server_stopped')
      throw new DomainError('not_live', 'The broadcast has ended. Go live again to start another.');
  }

  async #enter<Media extends SourceMedia>(
    channel: Channel,
    entrance: Entrance,
    attach: (broadcast: LiveBroadcast) => Promise<Media>,
  ): Promise<{ broadcast: LiveBroadcast; media: Media; resumed: boolean }> {
    const live = this.liveChannels.open(channel);
    try {
      return await live.queue.run(async () => {
        if (this.liveChannels.isStopping) throw tryAgain();
        const { broadcast, resumed } = await this.entry.enter(live, channel, entrance);
        const media = await attach(broadcast);
        this.#remember(entrance.peer, broadcast);
        return { broadcast, media, resumed };
      });
    } finally {
      live.releaseIfUnused();
    }
  }

  #remember(peer: Peer, broadcast: LiveBroadcast): void {
    // A connection can publish only one broadcast, so going live on another channel leaves the
    // first.
    const before = this.#publishing.get(peer.id);
    if (before && before !== broadcast) before.publisherLeft(peer.id);
    this.#publishing.set(peer.id, broadcast);
  }

  #broadcastOf(peer: Peer): LiveBroadcast {
    const broadcast = this.#publishing.get(peer.id);
    if (broadcast) return broadcast;
    throw notPublishing();
  }

  #mediaOf(peer: Peer): PublisherMedia {
    return this.moves.mediaOf(peer.id) ?? this.#broadcastOf(peer).publisherOf(peer);
  }
}
