import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { LOG, type Log } from '../common/logger.js';
import { OpenCounts } from '../common/open-counts.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource } from '../protocol/broadcast.js';
import type { RequestPayload } from '../protocol/events.js';
import type { IngestView } from '../protocol/ingest.js';
import type { PublisherStarted } from '../protocol/signaling.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import type { Channel } from '../channels/channel.js';
import { ChannelService } from '../channels/channel.service.js';
import { ingestWarnings } from './ingest-warnings.js';
import { LiveBroadcast } from './live-broadcast.js';
import type { LiveChannel } from './live-channel.js';
import type { Peer } from './peer.js';
import { PeerTransports } from './peer-transports.js';
import { MEDIA, type MediaPort, type PublisherMedia } from './ports/media.js';
import { PACKAGING, type PackagingPort } from './ports/packaging.js';
import { LiveChannels } from './live-channels.js';

/** The answer to a publisher that starts, without the ICE servers, which the gateway adds. */
type Started = Omit<PublisherStarted, 'iceServers'> & { channelId: string };

/** How an authorized publisher enters a channel. */
type Entrance = Readonly<{
  peer: Peer;
  source: BroadcastSource;
  /** Whether the publisher may take over a broadcast from another connection. */
  mayTakeOver: (broadcast: LiveBroadcast) => boolean | Promise<boolean>;
  /** Called before a broadcast is created. */
  assertMayCreate?: () => Promise<void>;
  /** The visibility of a new broadcast; absent: the channel's. */
  visibility?: () => Promise<Visibility>;
}>;

/** Handles publishers' requests: start, send tracks, end. */
@Injectable()
export class PublishingService {
  readonly #publishing = new Map<string, LiveBroadcast>();
  readonly #perAccount: OpenCounts;

  constructor(
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    private readonly journal: BroadcastJournal,
    private readonly visibility: BroadcastVisibility,
    private readonly transports: PeerTransports,
    @Inject(MEDIA) private readonly media: MediaPort,
    @Inject(PACKAGING) private readonly packaging: PackagingPort,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#perAccount = new OpenCounts(config.broadcast.perAccount);
    channels.events.on('titleChanged', ({ id, title }) => liveChannels.find(id)?.rename(title));
    channels.events.on('channelDeleted', ({ id, name }) => {
      liveChannels.find(id)?.broadcast?.end('channel_deleted');
      liveChannels.events.emit('channelDeleted', { id, name });
    });
  }

  /**
   * Starts a broadcast on the caller's own channel, or resumes the interrupted one.
   * @throws {DomainError} `not_logged_in`, `channel_not_found`, `forbidden`, `broadcast_limit`;
   *   `already_publishing` if another connection publishes, unless `resumeToken` proves that it was
   *   the caller's own
   */
  async start(
    identity: Identity,
    peer: Peer,
    { channel: name, resumeToken, continues, visibility }: RequestPayload<'publisher:start'>,
  ): Promise<Started> {
    const channel = await this.#ownChannel(identity, name);
    const { broadcast, media, resumed } = await this.publish(channel, {
      peer,
      source: 'browser',
      mayTakeOver: (existing) => resumeToken === existing.resumeToken,
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
   * @throws {DomainError} `broadcast_limit`; `already_publishing` if another connection publishes
   */
  async publish(
    channel: Channel,
    { peer, source, mayTakeOver, assertMayCreate, visibility }: Entrance,
  ): Promise<{ broadcast: LiveBroadcast; media: PublisherMedia; resumed: boolean }> {
    const live = this.liveChannels.open(channel);
    try {
      return await live.queue.run(async () => {
        const existing = live.broadcast;
        if (existing) await assertFree(existing, peer, mayTakeOver);
        else await assertMayCreate?.();
        const broadcast =
          existing ??
          (await this.#create(live, channel, {
            source,
            visibility: (await visibility?.()) ?? 'public',
          }));
        const media = await broadcast.attach(peer, source);
        this.#remember(peer, broadcast, media);
        return { broadcast, media, resumed: existing !== null };
      });
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
   * @throws {DomainError} `not_logged_in`, `channel_not_found`, `forbidden`; `not_live` without a
   *   broadcast
   */
  async end(identity: Identity, name: string): Promise<void> {
    const channel = await this.#ownChannel(identity, name);
    const broadcast = this.liveChannels.find(channel.id)?.broadcast;
    if (!broadcast) throw new DomainError('not_live', 'This channel is not live.');
    broadcast.end('publisher_ended');
  }

  /**
   * Reports how the caller's own broadcast arrives.
   * @throws {DomainError} `channel_not_found`, `forbidden`; `not_live` without a broadcast
   */
  async ingest(accountId: string, name: string): Promise<IngestView> {
    const channel = await this.channels.get(name);
    if (channel.ownerId !== accountId) throw notYours();
    const broadcast = this.liveChannels.find(channel.id)?.broadcast;
    if (!broadcast) throw new DomainError('not_live', 'This channel is not live.');
    const health = await broadcast.ingest();
    const { bitrateBps = 0, roundTripMs = null, tracks = [] } = health ?? {};
    return {
      source: broadcast.source,
      connected: health !== null && broadcast.phase.name === 'live',
      bitrateBps,
      roundTripMs,
      tracks: tracks.map(({ kind, codec, streams }) => ({ kind, codec, streams: [...streams] })),
      // Browsers send key frames on request, so their interval doesn't matter.
      warnings: broadcast.source === 'whip' ? ingestWarnings({ tracks }) : [],
    };
  }

  disconnected(peerId: string): void {
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

  async #create(
    live: LiveChannel,
    channel: Channel,
    { source, visibility }: { source: BroadcastSource; visibility: Visibility },
  ): Promise<LiveBroadcast> {
    const leave = this.#perAccount.enter(channel.ownerId);
    if (!leave)
      throw new DomainError(
        'broadcast_limit',
        'Your account has reached its limit of simultaneous broadcasts. End one of them first.',
      );
    const broadcast = new LiveBroadcast({
      id: randomUUID(),
      channelName: channel.name,
      title: channel.title,
      visibility,
      source,
      media: this.media,
      packaging: this.packaging,
      clock: this.clock,
      log: this.log,
      graceMs: this.config.broadcast.graceMs,
    });
    broadcast.events.on('phaseEntered', ({ name }) => name === 'ended' && leave());
    try {
      await this.journal.open(broadcast, channel.id);
    } catch (error) {
      broadcast.end('never_started');
      throw error;
    }
    live.put(broadcast);
    this.visibility.begun(channel.name);
    return broadcast;
  }

  #remember(peer: Peer, broadcast: LiveBroadcast, media: PublisherMedia): void {
    this.transports.add(peer.id, media);
    // One broadcast per connection: going live on another channel leaves the first.
    const before = this.#publishing.get(peer.id);
    if (before && before !== broadcast) before.publisherLeft(peer.id);
    this.#publishing.set(peer.id, broadcast);
  }

  #broadcastOf(peer: Peer): LiveBroadcast {
    const broadcast = this.#publishing.get(peer.id);
    if (broadcast) return broadcast;
    throw new DomainError('not_publishing', 'This connection does not publish. Go live first.');
  }

  #mediaOf(peer: Peer): PublisherMedia {
    return this.#broadcastOf(peer).publisherOf(peer);
  }
}

function notYours(): DomainError {
  return new DomainError('forbidden', 'This channel belongs to another account.');
}

async function assertFree(
  broadcast: LiveBroadcast,
  peer: Peer,
  mayTakeOver: Entrance['mayTakeOver'],
): Promise<void> {
  const by = broadcast.publisherPeerId;
  if (by === null || by === peer.id || (await mayTakeOver(broadcast))) return;
  throw new DomainError(
    'already_publishing',
    'This channel is live from another tab, program or device. End the broadcast there first.',
  );
}
