import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { OpenCounts } from '../common/open-counts.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource } from '../protocol/broadcast.js';
import type { RequestPayload } from '../protocol/events.js';
import type { IngestView } from '../protocol/ingest.js';
import type { PublisherStarted } from '../protocol/signaling.js';
import { BroadcastControl } from './broadcast-control.js';
import { BroadcastFactory } from './broadcast-factory.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import type { Channel } from '../channels/channel.js';
import { ChannelService } from '../channels/channel.service.js';
import { NodeDrain } from '../cluster/node-drain.js';
import { BroadcastDirectory } from './directory.js';
import type { LiveBroadcast, MovedPublisher } from './live-broadcast.js';
import type { LiveChannel } from './live-channel.js';
import type { Peer } from './peer.js';
import { PeerTransports } from './peer-transports.js';
import { MEDIA, type MediaPort, type PublisherMedia } from './ports/media.js';
import { LiveChannels } from './live-channels.js';
import { TakeOver, type TakeOverProof } from './take-over.js';

/** The response to a publisher that starts, without the ICE servers, which the gateway adds. */
type Started = Omit<PublisherStarted, 'iceServers'> & { channelId: string };

/** The terms on which an authorized publisher starts publishing to a channel. */
type Entrance = Readonly<{
  peer: Peer;
  source: BroadcastSource;
  /** What the publisher shows to take over a broadcast from another connection. */
  proof?: Omit<TakeOverProof, 'source'>;
  /** Called before a broadcast is created. */
  assertMayCreate?: () => Promise<void>;
  /** Returns the visibility of a new broadcast; if absent, the channel's visibility applies. */
  visibility?: () => Promise<Visibility>;
}>;

/**
 * The time after which to retry a start that is refused because this node is stopping or draining,
 * or because another one is starting a broadcast.
 */
const RETRY_MS = 1_000;
/** How long a publisher may take to move here, from its start to the end. */
const MOVE_TIMEOUT_MS = 15_000;
/** How long the first packet may take after all tracks were produced. */
const ARRIVAL_TIMEOUT_MS = 5_000;
/** The maximum number of attempts to start a broadcast if another node was faster. */
const TRIES = 3;

/** Handles requests from publishers. */
@Injectable()
export class PublishingService {
  readonly #publishing = new Map<string, LiveBroadcast>();
  /** The publishers whose broadcasts are about to move here, by peer id. */
  readonly #moving = new Map<string, MovedPublisher & { resumeToken: string }>();
  readonly #perAccount: OpenCounts;

  constructor(
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    private readonly journal: BroadcastJournal,
    private readonly visibility: BroadcastVisibility,
    private readonly transports: PeerTransports,
    private readonly factory: BroadcastFactory,
    private readonly directory: BroadcastDirectory,
    private readonly takeOver: TakeOver,
    private readonly control: BroadcastControl,
    private readonly drain: NodeDrain,
    @Inject(MEDIA) private readonly media: MediaPort,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.#perAccount = new OpenCounts(config.broadcast.perAccount);
    takeOver.setRule('browser', ({ resumeToken }, proof) => proof.resumeToken === resumeToken);
    channels.events.on('titleChanged', ({ id, title }) => liveChannels.find(id)?.rename(title));
    channels.events.on('channelDeleted', (channel) => {
      liveChannels.delete(channel);
      // If its node doesn't answer, that node will later find that the channel is missing.
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
    const moving = moves === true ? await this.#beginMove(peer, channel, resumeToken) : null;
    if (moving) return moving;
    this.#abandon(peer.id);
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
   *   or this one is stopping or draining
   */
  async publish(
    channel: Channel,
    entrance: Entrance,
  ): Promise<{ broadcast: LiveBroadcast; media: PublisherMedia; resumed: boolean }> {
    const live = this.liveChannels.open(channel);
    try {
      return await live.queue.run(async () => {
        if (this.liveChannels.isStopping) throw tryAgain();
        const { peer, source } = entrance;
        const { broadcast, resumed } = await this.#enter(live, channel, entrance);
        const media = await broadcast.attach(peer, source);
        this.#remember(peer, broadcast, media);
        return { broadcast, media, resumed };
      });
    } finally {
      live.releaseIfUnused();
    }
  }

  /**
   * Moves the broadcast of a start with `moves` here, as soon as the publisher's media arrives.
   * @throws {DomainError} `not_publishing` if there is no such start; `unavailable` if the broadcast
   *   can't be moved now; `not_live` if it has ended
   */
  async move(identity: Identity, peer: Peer, name: string): Promise<void> {
    const channel = await this.#ownChannel(identity, name);
    const moved = this.#moving.get(peer.id);
    if (!moved) throw notPublishing();
    const live = this.liveChannels.open(channel);
    try {
      await arriving(moved.media);
      await live.queue.run(async () => {
        if (this.liveChannels.isStopping || live.broadcast) throw tryAgain();
        const { source, resumeToken } = moved;
        const proof = { source, resumeToken, moves: true };
        const broadcast = await this.takeOver.bring(live, channel, proof, moved);
        if (!broadcast) throw notLive();
        this.#moving.delete(peer.id);
        this.#publishing.set(peer.id, broadcast);
      });
    } catch (error) {
      this.#abandon(peer.id);
      throw error;
    } finally {
      live.releaseIfUnused();
    }
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
    this.#abandon(peerId);
    this.#publishing.get(peerId)?.publisherLeft(peerId);
    this.#publishing.delete(peerId);
  }

  /**
   * Opens a connection for a publisher whose broadcast runs on another node. Resolves to null if it
   * doesn't, so that the start is an ordinary one.
   */
  async #beginMove(
    peer: Peer,
    { id: channelId }: Channel,
    resumeToken = '',
  ): Promise<Started | null> {
    const remote = this.directory.find(channelId);
    if (!remote || this.liveChannels.isStopping || this.drain.sendsElsewhere) return null;
    const { id, epoch, view: broadcast } = remote;
    if (this.factory.resumeTokenOf(id) !== resumeToken) return null;
    this.#abandon(peer.id);
    const room = await this.media.open({ id, epoch: epoch + 1 });
    const media = await room.publish('browser').catch((error: unknown) => {
      room.close();
      throw error;
    });
    this.#moving.set(peer.id, { peer, source: 'browser', room, media, resumeToken });
    const timer = setTimeout(() => this.#abandon(peer.id, media), MOVE_TIMEOUT_MS);
    media.events.on('closed', () => {
      clearTimeout(timer);
      this.#abandon(peer.id, media);
    });
    this.transports.add(peer.id, media);
    if (!peer.connected) this.#abandon(peer.id, media);
    const { rtpCapabilities } = this.media;
    const { transport } = media;
    // This node's packager may need thumbnails; one that doesn't need them ignores them.
    const more = { resumed: true, thumbnails: true };
    return { channelId, broadcast, resumeToken, rtpCapabilities, transport, ...more };
  }

  /** Closes the connection of a move that has not been completed. */
  #abandon(peerId: string, media?: PublisherMedia): void {
    const moving = this.#moving.get(peerId);
    if (!moving || (media && moving.media !== media)) return;
    this.#moving.delete(peerId);
    moving.media.close();
    moving.room.close();
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

  /** Finds the broadcast that the publisher joins, here or on another node, or creates one. */
  async #enter(
    live: LiveChannel,
    channel: Channel,
    { peer, source, proof = {}, assertMayCreate, visibility }: Entrance,
  ): Promise<{ broadcast: LiveBroadcast; resumed: boolean }> {
    const shown = { source, ...proof };
    if (live.broadcast) {
      await this.takeOver.assertFree(live.broadcast, peer, shown);
      return { broadcast: live.broadcast, resumed: true };
    }
    // On a node that drains, the broadcast would soon have to move.
    if (this.drain.sendsElsewhere) throw tryAgain();
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (this.#isShared) {
        const brought = await this.takeOver.bring(live, channel, shown);
        if (brought) return { broadcast: brought, resumed: true };
      }
      await assertMayCreate?.();
      const created = await this.#create(live, channel, {
        source,
        visibility: (await visibility?.()) ?? 'public',
      });
      if (created) return { broadcast: created, resumed: false };
    }
    throw tryAgain();
  }

  /** Resolves to null if another node has just started a broadcast on the channel. */
  async #create(
    live: LiveChannel,
    channel: Channel,
    about: { source: BroadcastSource; visibility: Visibility },
  ): Promise<LiveBroadcast | null> {
    const { ownerId } = channel;
    const { perAccount } = this.config.broadcast;
    const leave = this.#isShared ? () => undefined : this.#perAccount.enter(ownerId);
    if (!leave) throw limitReached();
    const broadcast = this.factory.create(channel, about);
    broadcast.events.on('phaseEntered', ({ name }) => name === 'ended' && leave());
    try {
      const limits = this.#isShared ? { ownerId, perAccount } : null;
      const result = await this.journal.open(broadcast, channel.id, limits);
      if (result === 'limit') throw limitReached();
      if (result === 'taken') {
        broadcast.end('never_started');
        return null;
      }
    } catch (error) {
      broadcast.end('never_started');
      throw error;
    }
    live.put(broadcast);
    this.visibility.begun(channel.name);
    return broadcast;
  }

  /** Whether other nodes may run broadcasts. */
  get #isShared(): boolean {
    return this.config.node.url !== null;
  }

  #remember(peer: Peer, broadcast: LiveBroadcast, media: PublisherMedia): void {
    this.transports.add(peer.id, media);
    // A connection can have one broadcast, so going live on another channel leaves the first one.
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
    const moving = this.#moving.get(peer.id);
    if (moving) return moving.media;
    return this.#broadcastOf(peer).publisherOf(peer);
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

function notPublishing(): DomainError {
  return new DomainError('not_publishing', 'This connection is not publishing. Go live first.');
}

function notYours(): DomainError {
  return new DomainError('forbidden', 'This channel belongs to another account.');
}

function notLive(): DomainError {
  return new DomainError('not_live', 'This channel is not live.');
}

function limitReached(): DomainError {
  return new DomainError(
    'broadcast_limit',
    'Your account has reached its limit of simultaneous broadcasts. End one of them first.',
  );
}

function tryAgain(): DomainError {
  return new DomainError('unavailable', 'The server can’t start a broadcast now. Try again.', {
    retryAfterMs: RETRY_MS,
  });
}
