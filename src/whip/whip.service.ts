import { randomBytes } from 'node:crypto';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Channel } from '../channels/channel.js';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { PublisherMedia } from '../broadcast/ports/media.js';
import { PublishingService } from '../broadcast/publishing.service.js';
import { StreamKeyService } from '../channels/stream-key/stream-key.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { publisherAnswer } from '../sdp/answer.js';
import { type Offer, readOffer } from '../sdp/offer.js';
import { type PublishedTrack, publishedTracks } from '../sdp/published-tracks.js';
import type { IcePatched } from '../http-rtc/ice-session.js';
import { clientDtls, readingSdp } from '../http-rtc/reading-sdp.js';
import type { ClientPath } from '../common/client-path.js';
import { reachableTransport } from '../broadcast/reach/reachable-transport.js';
import { WhipPeer } from './whip-peer.js';
import { WhipSession } from './whip-session.js';

/** Sessions in this process, those included that are lost and not deleted yet. */
const SESSIONS_MAX = 2_000;
/** A resource whose connection is gone can be deleted this long; then it is not found. */
const KEEP_LOST_MS = 120_000;
/** How often it is asked whether those who publish still may. */
const CHECK_INTERVAL_MS = 5_000;
const BUSY_RETRY_MS = 10_000;
/** 192 bits: who has a session's address may end it. */
const ID_BYTES = 24;

/** What an offer is answered with. */
export type WhipCreated = Readonly<{ id: string; etag: string; answer: string; ownerId: string }>;

/** Publishers by WHIP (RFC 9725): their offers become broadcasts like those of a browser. */
@Injectable()
export class WhipService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #sessions = new Map<string, WhipSession>();
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly keys: StreamKeyService,
    private readonly publishing: PublishingService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'whip' });
    keys.events.on('changed', (channelId) =>
      this.#disconnect(({ channel }) => channel.id === channelId),
    );
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#prune();
      this.#check().catch((err: unknown) =>
        // What was allowed stays so until the database says otherwise.
        this.#log.warn({ err }, 'who publishes by WHIP could not be checked'),
      );
    }, CHECK_INTERVAL_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#sessions.clear();
  }

  /** The channel that a key is for. @throws {DomainError} `not_logged_in` */
  authorize(name: string, authorization: string | undefined): Promise<Channel> {
    return this.keys.channelOf(name, authorization);
  }

  /**
   * Starts a broadcast, or goes on with the one that is interrupted.
   * @param path how the offer came, by which our candidates are put in order
   * @throws {DomainError} `bad_request` (400), `media_refused` (422), `already_publishing` (409),
   *   `unavailable` (503) with when to try again
   */
  async create(channel: Channel, sdp: string, path: ClientPath): Promise<WhipCreated> {
    const { offer, tracks } = readPublisher(sdp);
    this.#prune();
    if (this.#sessions.size >= SESSIONS_MAX)
      throw new DomainError('unavailable', 'Too many programs publish here. Try again soon.', {
        retryAfterMs: BUSY_RETRY_MS,
      });
    const peer = new WhipPeer();
    const { broadcast, media } = await this.#publish(channel, peer);
    // Its broadcast ended, another took over, or its connection closed.
    media.events.on('closed', () => this.publishing.disconnected(peer.id));
    try {
      await receive(media, offer, tracks);
    } catch (error) {
      this.publishing.disconnected(peer.id);
      throw error;
    }
    const transport = reachableTransport(media.transport, path);
    const id = randomBytes(ID_BYTES).toString('base64url');
    const session = new WhipSession({
      id,
      channel,
      peer,
      broadcast,
      media,
      transport,
      remote: offer.ice,
      clock: this.clock,
    });
    this.#sessions.set(id, session);
    const answer = publisherAnswer({
      offer,
      tracks,
      transport,
      session: { id: this.clock.nowMs(), version: 1 },
    });
    return { id, etag: session.ice.etag, answer, ownerId: channel.ownerId };
  }

  /** @throws {DomainError} `not_found`, and as {@link IceSession.patch} */
  async patch(
    name: string,
    id: string,
    { ifMatch, fragment }: { ifMatch: string | undefined; fragment: string },
  ): Promise<IcePatched> {
    const session = this.#find(name, id);
    if (session.closed) throw notFound();
    return session.ice.patch(ifMatch, fragment);
  }

  /** Ends the session, and the broadcast with it where that is what is meant. @throws {DomainError} `not_found` */
  delete(name: string, id: string): void {
    const session = this.#find(name, id);
    this.#sessions.delete(id);
    if (session.endsBroadcast) session.endBroadcast();
    this.publishing.disconnected(session.peerId);
  }

  async #publish(
    channel: Channel,
    peer: WhipPeer,
  ): Promise<{ broadcast: LiveBroadcast; media: PublisherMedia }> {
    try {
      return await this.publishing.publish(channel, {
        peer,
        source: 'whip',
        mayTakeOver: (broadcast) => this.#isSilent(broadcast),
      });
    } catch (error) {
      if (error instanceof DomainError && error.code === 'broadcast_limit')
        throw new DomainError('unavailable', error.message, {
          cause: error,
          retryAfterMs: BUSY_RETRY_MS,
        });
      throw error;
    }
  }

  /** A program that lost its connection is back before we noticed, mostly with another address. */
  async #isSilent(broadcast: LiveBroadcast): Promise<boolean> {
    const session = [...this.#sessions.values()].find(
      ({ peerId }) => peerId === broadcast.publisherPeerId,
    );
    return session !== undefined && (await session.isSilent());
  }

  #find(name: string, id: string): WhipSession {
    const session = this.#sessions.get(id);
    if (session?.channel.name !== name) throw notFound();
    return session;
  }

  /** Owners who were disabled publish no more; their broadcasts end when nobody is back in time. */
  async #check(): Promise<void> {
    const names = new Set([...this.#sessions.values()].map(({ channel }) => channel.name));
    for (const name of names)
      if (!(await this.keys.isInForce(name)))
        this.#disconnect(({ channel }) => channel.name === name);
  }

  #disconnect(which: (session: WhipSession) => boolean): void {
    for (const session of this.#sessions.values())
      if (which(session)) {
        this.#sessions.delete(session.id);
        this.publishing.disconnected(session.peerId);
      }
  }

  #prune(): void {
    for (const session of this.#sessions.values())
      if (session.closed && session.lostMs > KEEP_LOST_MS) this.#sessions.delete(session.id);
  }
}

function readPublisher(sdp: string): { offer: Offer; tracks: PublishedTrack[] } {
  return readingSdp(() => {
    const offer = readOffer(sdp);
    return { offer, tracks: publishedTracks(offer) };
  });
}

async function receive(
  media: PublisherMedia,
  { dtls, byLibwebrtc }: Offer,
  tracks: readonly PublishedTrack[],
): Promise<void> {
  await media.connect(clientDtls(dtls));
  const options = {
    paused: false,
    layersGuessed: true,
    reportsTell: byLibwebrtc ? 'sending' : 'capture',
  } as const;
  for (const { kind, rtpParameters } of tracks)
    await media.produce({ kind, rtpParameters, ...options });
}

function notFound(): DomainError {
  return new DomainError('not_found', 'There is no such session. It may have ended.');
}
