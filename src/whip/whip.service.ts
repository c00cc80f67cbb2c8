import { randomBytes } from 'node:crypto';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { z } from 'zod';
import type { Channel } from '../channels/channel.js';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { PublisherMedia } from '../broadcast/ports/media.js';
import { PublishingService } from '../broadcast/publishing.service.js';
import { TakeOver } from '../broadcast/take-over.js';
import { NodeDrain } from '../cluster/node-drain.js';
import { type KeyedAccess, StreamKeyService } from '../channels/stream-key/stream-key.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { publisherAnswer } from '../sdp/answer.js';
import { type Offer, readOffer } from '../sdp/offer.js';
import { type PublishedTrack, publishedTracks } from '../sdp/published-tracks.js';
import { IcePatch, IcePatched } from '../http-rtc/ice-session.js';
import { clientDtls, readingSdp } from '../http-rtc/reading-sdp.js';
import { sessionNotFound, SessionNodes } from '../http-rtc/session-nodes.js';
import type { ClientPath } from '../common/client-path.js';
import { reachableTransport } from '../broadcast/reach/reachable-transport.js';
import { WhipPeer } from './whip-peer.js';
import { WhipSession } from './whip-session.js';

/**
 * The maximum number of sessions per process, including lost sessions that haven't been deleted
 * yet.
 */
const SESSIONS_MAX = 2_000;
/**
 * How long a resource remains after its connection is closed. After that, its address returns 404.
 */
const KEEP_LOST_MS = 120_000;
/** The interval at which publishers' permissions are checked. */
const CHECK_INTERVAL_MS = 5_000;
const BUSY_RETRY_MS = 10_000;
/** The id has 192 bits, because anyone who knows a session's address may end the session. */
const ID_BYTES = 24;

/** A request for a session, whose path is `/whip/NAME/ID`. */
const SessionRequest = z.object({
  name: z.string(),
  id: z.string(),
  /** The PATCH to apply; null to delete the session. */
  patch: IcePatch.nullable(),
});
type SessionRequest = z.output<typeof SessionRequest>;

/** The response to an offer. */
export type WhipCreated = Readonly<{ id: string; etag: string; answer: string; ownerId: string }>;

/** Manages WHIP publishers (RFC 9725). They start broadcasts in the same way as browsers do. */
@Injectable()
export class WhipService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #sessions = new Map<string, WhipSession>();
  readonly #log: Log;
  /** Handles a request for a session on any node. */
  readonly #handle: (request: SessionRequest) => Promise<IcePatched>;
  #timer: NodeJS.Timeout | undefined;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly keys: StreamKeyService,
    private readonly publishing: PublishingService,
    private readonly nodes: SessionNodes,
    takeOver: TakeOver,
    drain: NodeDrain,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'whip' });
    this.#handle = nodes.route('whip-session', {
      request: SessionRequest,
      answer: IcePatched,
      handle: (request) => this.#answer(request),
    });
    takeOver.setRule('whip', (broadcast) => this.#isSilent(broadcast));
    drain.waitFor(() => this.#open);
    // The encoder reconnects, and then reaches another node.
    drain.events.on('ended', () => this.#disconnect(() => true));
    keys.events.on('changed', (channelId) =>
      this.#disconnect(({ channel }) => channel.id === channelId),
    );
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#prune();
      this.#check().catch((err: unknown) =>
        // Permissions remain unchanged until the database is available again.
        this.#log.warn({ err }, 'WHIP publishers could not be checked'),
      );
    }, CHECK_INTERVAL_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#sessions.clear();
  }

  /**
   * Returns the channel of a stream key.
   * @throws {DomainError} `not_logged_in`
   */
  authorize(name: string, authorization: string | undefined): Promise<KeyedAccess> {
    return this.keys.channelOf(name, authorization);
  }

  /**
   * Starts a broadcast, or resumes the interrupted one.
   * @param path the connection over which the offer arrived, which determines the order of the
   *   server's candidates
   * @throws {DomainError} `bad_request` (400), `media_refused` (422), `already_publishing` (409),
   *   and `unavailable` (503) with a retry delay
   */
  async create(
    { channel, keyId }: KeyedAccess,
    sdp: string,
    path: ClientPath,
  ): Promise<WhipCreated> {
    const { offer, tracks } = readPublisher(sdp);
    this.#prune();
    if (this.#sessions.size >= SESSIONS_MAX)
      throw new DomainError(
        'unavailable',
        'Too many encoders are publishing to this server. Try again soon.',
        {
          retryAfterMs: BUSY_RETRY_MS,
        },
      );
    const peer = new WhipPeer();
    const { broadcast, media } = await this.#publish(channel, peer);
    // This happens when the broadcast has ended, another publisher has taken over, or the
    // connection has closed.
    media.events.on('closed', () => this.publishing.disconnected(peer.id));
    try {
      await receive(media, offer, tracks);
    } catch (error) {
      this.publishing.disconnected(peer.id);
      throw error;
    }
    const transport = reachableTransport(media.transport, path);
    const id = this.nodes.idOf(randomBytes(ID_BYTES).toString('base64url'));
    const session = new WhipSession({
      id,
      channel,
      keyId,
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

  /** @throws {DomainError} `not_found`, and the errors of {@link IceSession.patch} */
  patch(name: string, id: string, patch: IcePatch): Promise<IcePatched> {
    return this.#handle({ name, id, patch });
  }

  /**
   * Ends the session, and also its broadcast if the publisher stopped streaming.
   * @throws {DomainError} `not_found`
   */
  async delete(name: string, id: string): Promise<void> {
    await this.#handle({ name, id, patch: null });
  }

  /** Handles a request for a session on this node. */
  async #answer({ name, id, patch }: SessionRequest): Promise<IcePatched> {
    const session = this.#find(name, id);
    if (patch === null) {
      this.#end(session);
      return { restarted: null };
    }
    if (session.closed) throw sessionNotFound();
    return session.ice.patch(patch);
  }

  #end(session: WhipSession): void {
    this.#sessions.delete(session.id);
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

  /**
   * Resolves to whether the current publisher is a silent WHIP session. This is the case when an
   * encoder loses its connection and reconnects before the loss is noticed, usually from a
   * different address.
   */
  async #isSilent(broadcast: LiveBroadcast): Promise<boolean> {
    const session = [...this.#sessions.values()].find(
      ({ peerId }) => peerId === broadcast.publisherPeerId,
    );
    return session !== undefined && (await session.isSilent());
  }

  #find(name: string, id: string): WhipSession {
    const session = this.#sessions.get(id);
    if (session?.channel.name !== name) throw sessionNotFound();
    return session;
  }

  /**
   * Disconnects publishers whose channel's owner was disabled, or whose key was changed on another
   * node whose message was lost. Their broadcasts end unless a publisher returns in time.
   */
  async #check(): Promise<void> {
    const sessions = Map.groupBy(this.#sessions.values(), ({ channel }) => channel.name);
    for (const [name, present] of sessions) {
      const keyId = await this.keys.keyInForce(name);
      this.#disconnect((session) => present.includes(session) && session.keyId !== keyId);
    }
  }

  #disconnect(which: (session: WhipSession) => boolean): void {
    for (const session of this.#sessions.values())
      if (which(session)) {
        this.#sessions.delete(session.id);
        this.publishing.disconnected(session.peerId);
      }
  }

  /** The number of connected publishers. */
  get #open(): number {
    let open = 0;
    for (const { closed } of this.#sessions.values()) if (!closed) open += 1;
    return open;
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
