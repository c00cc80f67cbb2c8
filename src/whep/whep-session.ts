import type { RequestVisitor } from '../access/request-visitors.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import type { ReceiverMedia } from '../broadcast/ports/media.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { MediaKind, TransportOptions } from '../protocol/rtc.js';
import { IceSession } from '../http-rtc/ice-session.js';
import type { IceCredentials } from '../http-rtc/sdp-fragment.js';
import type { WhepPeer } from './whep-peer.js';

/**
 * The time limit for a player to connect, or to answer the server's offer (WHEP, section 4.3.2).
 */
const CONNECT_TIMEOUT_MS = 30_000;
/**
 * The time limit for a player that lost its network to restart ICE, in addition to the ten seconds
 * until the loss is detected.
 */
const RESTART_TIMEOUT_MS = 20_000;

type Options = {
  id: string;
  peer: WhepPeer;
  visitor: RequestVisitor;
  live: LiveChannel;
  media: ReceiverMedia;
  /** The server's transport, as it is described to the player. */
  transport: TransportOptions;
  /** The player's ICE credentials; null until the server's offer is answered. */
  remote: IceCredentials | null;
  /** The index of the SDP media section in which video is sent; null if there is no video. */
  videoSection: number | null;
  /** The kinds of tracks that the player can identify without signaled SSRCs. */
  finds: ReadonlySet<MediaKind>;
  /** Removes the viewer. */
  leave: () => void;
};

/**
 * One player's session, which is the resource `/whep/NAME/ID`. The session ends when its connection
 * closes.
 */
export class WhepSession {
  readonly #emitter = new TypedEmitter<{ closed: [] }>();
  readonly events = this.#emitter.listenable;
  readonly id: string;
  readonly visitor: RequestVisitor;
  readonly live: LiveChannel;
  readonly media: ReceiverMedia;
  readonly ice: IceSession;
  readonly #options: Options;
  #isAnswered: boolean;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: Options) {
    const { id, visitor, live, media, transport, remote } = options;
    this.#options = options;
    this.id = id;
    this.visitor = visitor;
    this.live = live;
    this.media = media;
    this.ice = new IceSession({ transport, restartIce: () => media.restartIce() }, remote);
    this.#isAnswered = remote !== null;
    this.#closeAfter(CONNECT_TIMEOUT_MS);
    media.events.on('connected', () => clearTimeout(this.#timer));
    media.events.on('disconnected', () => this.#closeAfter(RESTART_TIMEOUT_MS));
    media.events.on('closed', () => this.close());
    media.events.on('consumerClosed', () => {
      // A track is removed only if a track with a different codec replaces it. The player hasn't
      // negotiated that codec.
      if (this.#isAnswered) this.close();
    });
    media.events.on('consumerAdded', ({ kind }) => {
      // The player would ignore this track. A new session will signal it.
      if (this.#isAnswered && !options.finds.has(kind)) this.close();
    });
  }

  /** False while the server's offer awaits the player's answer. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  get videoSection(): number | null {
    return this.#options.videoSection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Records the player's answer to the server's offer. */
  answered(remote: IceCredentials): void {
    this.#isAnswered = true;
    this.ice.setRemote(remote);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#options.peer.connected = false;
    this.#options.leave();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  #closeAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.close(), ms);
  }
}
