import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { AccessWatchdog } from '../access/access-watchdog.js';
import type { RequestVisitor } from '../access/request-visitors.js';
import { SessionService } from '../auth/sessions/session.service.js';
import { ApiTokenService } from '../auth/tokens/api-token.service.js';
import { NodeDrain } from '../cluster/node-drain.js';
import type { ReceiverMedia } from '../broadcast/ports/media.js';
import { type Receiving, ViewingService } from '../broadcast/viewing.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import type { MediaKind, TransportOptions } from '../protocol/rtc.js';
import { type Offer, readOffer } from '../sdp/offer.js';
import {
  findsByMid,
  type ReceivingSection,
  receiverTerms,
  receivingSections,
} from '../sdp/receiver-terms.js';
import { senderAnswer, senderOffer } from '../sdp/sender-description.js';
import { AddressCounts } from '../security/address-limits.js';
import { clientDtls, readingSdp } from '../http-rtc/reading-sdp.js';
import { sessionNotFound, SessionNodes } from '../http-rtc/session-nodes.js';
import type { ClientPath } from '../common/client-path.js';
import { reachableTransport } from '../broadcast/reach/reachable-transport.js';
import { WhepPeer } from './whep-peer.js';
import { WhepSession } from './whep-session.js';

/** The maximum number of players per process; further ones are rejected. */
const SESSIONS_MAX = 10_000;
/** The maximum number of players per address with an ADDRESS_LIMIT_FACTOR of 1. */
const SESSIONS_PER_ADDRESS_MAX = 50;
const BUSY_RETRY_MS = 10_000;
const INTERRUPTED_RETRY_MS = 2_000;

/** The viewer who opens a session, and the connection from which the request was sent. */
export type WhepViewer = Readonly<{ visitor: RequestVisitor; address: string; path: ClientPath }>;

/** A session and its response: the answer to the player's offer, or the server's offer. */
export type WhepOpened = Readonly<{ session: WhepSession; sdp: string }>;

type Described = Readonly<{ offer: Offer; sections: readonly ReceivingSection[] }>;

/**
 * Manages WHEP players (draft-ietf-wish-whep). They are viewers like those on the watch page, but
 * connect with HTTP and SDP.
 */
@Injectable()
export class WhepService implements OnApplicationShutdown {
  readonly #sessions = new Map<string, WhepSession>();
  readonly #addresses: AddressCounts;
  readonly #audience: AccessWatchdog<WhepSession>;
  readonly #offs: readonly (() => void)[];

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly viewing: ViewingService,
    private readonly access: AccessService,
    private readonly nodes: SessionNodes,
    logIns: SessionService,
    tokens: ApiTokenService,
    drain: NodeDrain,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    const factor = config.http.addressLimitFactor;
    this.#addresses = new AddressCounts(Math.ceil(SESSIONS_PER_ADDRESS_MAX * factor));
    this.#audience = new AccessWatchdog({
      access,
      log: log.child({ part: 'whep' }),
      visitorOf: ({ visitor }) => visitor,
      evict: (session) => session.close(),
    });
    drain.waitFor(() => this.#sessions.size);
    this.#offs = [
      // The player reconnects, and then reaches another node.
      drain.events.on('ended', () => this.#closeAll()),
      logIns.events.on('sessionEnded', (id) => this.#loggedOut(id)),
      tokens.events.on('revoked', (id) => this.#loggedOut(id)),
    ];
  }

  onApplicationShutdown(): void {
    for (const off of this.#offs) off();
    this.#audience.close();
    this.#closeAll();
  }

  /** The number of connected players. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Adds a viewer whose access has been checked.
   * @param sdp the player's offer; empty to request the server's offer, which is answered with
   *   {@link answer}
   * @throws {DomainError} `bad_request` (400), `media_refused` (422), `not_live` (409), and
   *   `unavailable` (503) with a retry delay
   */
  async open(
    name: string,
    sdp: string,
    { visitor, address, path }: WhepViewer,
  ): Promise<WhepOpened> {
    const described = sdp.trim() === '' ? null : readDescription(sdp);
    const leaveAddress = this.#enter(address);
    const peer = new WhepPeer();
    const leave = () => {
      leaveAddress();
      this.viewing.leave(peer.id);
    };
    try {
      const terms = described && receiverTerms(described.sections);
      const { live, media } = await this.viewing.receive(peer, name, terms);
      if (described) await begin(media, described);
      const { agreed, consumers: tracks } = media;
      const transport = reachableTransport(media.transport, path);
      const common = {
        transport,
        agreed,
        tracks,
        session: { id: this.clock.nowMs(), version: 1 },
      };
      const description = described
        ? senderAnswer({ ...described, ...common })
        : senderOffer(common);
      return {
        session: this.#add({ live, media }, { peer, visitor, transport, described, leave }),
        sdp: description,
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /**
   * Returns a session on this node.
   * @throws {DomainError} `not_found`
   */
  find(name: string, id: string): WhepSession {
    const session = this.#sessions.get(id);
    if (session?.live.name !== name) throw sessionNotFound();
    return session;
  }

  /**
   * Accepts the player's answer to the server's offer.
   * @throws {DomainError} the errors of {@link open}; `conflict` if the session is already answered
   */
  async answer(session: WhepSession, sdp: string): Promise<void> {
    if (session.isAnswered)
      throw new DomainError(
        'conflict',
        'This session is already set up. Open a new one to change it.',
      );
    const described = readDescription(sdp);
    const { media } = session;
    await media.accept(receiverTerms(described.sections));
    session.answered(described.offer.ice);
    await begin(media, described);
  }

  #closeAll(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  #enter(address: string): () => void {
    const leave = this.#sessions.size < SESSIONS_MAX ? this.#addresses.enter(address) : null;
    if (leave) return leave;
    throw new DomainError(
      'unavailable',
      'Too many players are connected over WHEP. Try again later.',
      {
        retryAfterMs: BUSY_RETRY_MS,
      },
    );
  }

  #add(
    { live, media }: Receiving,
    {
      peer,
      visitor,
      transport,
      described,
      leave,
    }: {
      peer: WhepPeer;
      visitor: RequestVisitor;
      transport: TransportOptions;
      described: Described | null;
      leave: () => void;
    },
  ): WhepSession {
    const remote = described?.offer.ice ?? null;
    const session = new WhepSession({
      id: this.nodes.idOf(peer.id),
      peer,
      visitor,
      live,
      media,
      transport,
      remote,
      // In the server's own offer, video is the second section.
      videoSection: described ? videoSectionOf(described) : 1,
      finds: foundWithoutName(media, described),
      leave,
    });
    this.#sessions.set(session.id, session);
    this.#audience.enter(session, live.name);
    session.events.on('closed', () => {
      this.#sessions.delete(session.id);
      this.#audience.leave(session, live.name);
    });
    // The broadcast may have ended while the player was being connected.
    if (media.closed) session.close();
    return session;
  }

  /**
   * Closes the WHEP sessions of a login session that ended, except on channels that everyone can
   * watch.
   */
  #loggedOut(sessionId: string): void {
    for (const session of this.#sessions.values())
      if (
        session.visitor.identity.sessionId === sessionId &&
        this.access.mayBeProtected(session.live.name)
      )
        session.close();
  }
}

function readDescription(sdp: string): Described {
  return readingSdp(() => {
    const offer = readOffer(sdp);
    return { offer, sections: receivingSections(offer) };
  });
}

/**
 * Connects to the player.
 * @throws {DomainError} `not_live` if tracks whose SSRCs the player needs don't exist yet;
 *   `media_refused` if the player has a section for a kind that can't be sent to it
 */
async function begin(media: ReceiverMedia, { offer, sections }: Described): Promise<void> {
  const missing = sections.find(({ kind }) => media.unsupported.includes(kind));
  if (missing)
    throw new DomainError(
      'media_refused',
      `The player’s SDP doesn’t include the ${missing.kind} codec of this broadcast. Watch it over HLS instead.`,
    );
  if (media.agreed.codecs.length === 0)
    throw new DomainError(
      'media_refused',
      'None of the codecs in the player’s SDP can be sent. Broadcasts use H.264, VP9, AV1 or VP8, and Opus.',
    );
  if (media.consumers.length === 0 && !sections.every(findsByMid))
    throw new DomainError('not_live', 'The publisher is reconnecting. Try again soon.', {
      retryAfterMs: INTERRUPTED_RETRY_MS,
    });
  await media.connect(clientDtls(offer.dtls));
}

/**
 * Returns the kinds whose future tracks the player can identify: those for which no SSRC was
 * signaled.
 */
function foundWithoutName(
  { consumers }: ReceiverMedia,
  described: Described | null,
): ReadonlySet<MediaKind> {
  const byMid = described
    ? described.sections.filter(findsByMid).map(({ kind }) => kind)
    : (['audio', 'video'] as const);
  return new Set(byMid.filter((kind) => !consumers.some((consumer) => consumer.kind === kind)));
}

function videoSectionOf({ offer, sections }: Described): number | null {
  const video = sections.find(({ kind }) => kind === 'video');
  return video ? offer.sections.indexOf(video) : null;
}
