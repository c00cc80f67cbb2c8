import { randomBytes } from 'node:crypto';
import type { ReceiverMedia, WatchedMedia } from '../../broadcast/ports/media.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { DomainError } from '../../common/domain-error.js';
import { RestreamError } from '../restream-problem.js';
import type { UdpCandidate } from './answer-candidates.js';
import type { IceCredentials } from './connectivity-check.js';
import type { RelayThread } from './relay-thread.js';
import { readWhipAnswer, type WhipAnswer, whipOffer } from './whip-description.js';
import type { WhipEndpoint, WhipSession } from './whip-endpoint.js';

/** The time limit from the answer until the server can receive media. */
const CONNECT_MS = 15_000;
/**
 * The time for which the relay stays open so that the media server can announce the end of DTLS.
 */
const FAREWELL_MS = 500;
/**
 * The address at which this machine's media workers always listen, whatever addresses are
 * announced.
 */
const LOOPBACK = '127.0.0.1';

export type WhipPublicationOptions = Readonly<{
  media: Pick<WatchedMedia, 'receive'>;
  endpoint: Pick<WhipEndpoint, 'publish' | 'end'>;
  relays: Pick<RelayThread, 'open'>;
  /** Whether media may be sent to an address that the server specified. */
  isAllowed: (candidate: UdpCandidate) => boolean;
  sessionId: number;
}>;

/**
 * Publishes a broadcast to one WHIP server, which the media server treats as a viewer: it sends the
 * tracks and retransmissions, follows feedback, and terminates DTLS and SRTP. Only ICE is handled
 * here.
 */
export class WhipPublication {
  readonly #emitter = new TypedEmitter<{ started: []; closed: [RestreamError] }>();
  /** `started`: media can now reach the server. `closed`: the session failed or ended. */
  readonly events = this.#emitter.listenable;
  readonly #options: WhipPublicationOptions;
  readonly #stopped = new AbortController();
  readonly #local: IceCredentials = {
    usernameFragment: randomBytes(4).toString('hex'),
    password: randomBytes(16).toString('hex'),
  };
  #media: ReceiverMedia | null = null;
  #session: WhipSession | null = null;
  #closeRelay: (() => void) | null = null;
  #limit: NodeJS.Timeout | undefined;
  #hasStarted = false;

  constructor(options: WhipPublicationOptions) {
    this.#options = options;
    this.#open().catch((error: unknown) => this.#fail(errorOf(error)));
  }

  /** The current bit rate, in bits per second. */
  async bitrateBps(): Promise<number> {
    return (await this.#media?.bitrateBps()) ?? 0;
  }

  /** Ends the session, including on the server. Idempotent. */
  close(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    clearTimeout(this.#limit);
    this.#emitter.clear();
    this.#media?.close();
    if (this.#closeRelay) setTimeout(this.#closeRelay, FAREWELL_MS).unref();
    if (this.#session) void this.#options.endpoint.end(this.#session);
  }

  async #open(): Promise<void> {
    const { endpoint, sessionId } = this.#options;
    const media = await this.#receive();
    const offer = whipOffer(media, this.#local, sessionId);
    const session = await endpoint.publish(offer, this.#stopped.signal);
    if (this.#stopped.signal.aborted) return void endpoint.end(session);
    this.#session = session;
    const answer = readWhipAnswer(session.answer);
    await media.accept(answer.terms);
    // A track with a different codec needs a new offer. A track of a kind that was missing is
    // simply sent.
    media.events.on('consumerClosed', () => this.#fail(new RestreamError('tracks_changed')));
    await media.connect(answer.dtls);
    if (!this.#stopped.signal.aborted) this.#relay(media, answer);
  }

  /** @throws {RestreamError} if the broadcast can't be sent in its current form */
  async #receive(): Promise<ReceiverMedia> {
    const media = await this.#options.media.receive(null);
    if (this.#stopped.signal.aborted) media.close();
    this.#media = media;
    if (media.unsupported.includes('video')) throw new RestreamError('b_frames');
    if (media.consumers.length === 0) throw new RestreamError('no_media');
    media.events.on('closed', () => this.#fail(new RestreamError('closed')));
    media.events.on('connected', () => this.#connected());
    return media;
  }

  #relay({ transport }: ReceiverMedia, { ice, candidates }: WhipAnswer): void {
    const near = transport.iceCandidates.find(({ protocol }) => protocol === 'udp');
    const allowed = candidates.filter(this.#options.isAllowed);
    if (!near || allowed.length === 0) throw new RestreamError('media_unreachable');
    const options = {
      near: { ...transport.iceParameters, address: LOOPBACK, port: near.port },
      local: this.#local,
      far: { ...ice, candidates: allowed },
    };
    this.#closeRelay = this.#options.relays.open(options, {
      connected: () => undefined,
      lost: () => this.#fail(new RestreamError(this.#hasStarted ? 'closed' : 'media_unreachable')),
    });
    this.#limit = setTimeout(
      () => this.#fail(new RestreamError('media_unreachable')),
      CONNECT_MS,
    ).unref();
  }

  #connected(): void {
    clearTimeout(this.#limit);
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#emitter.emit('started');
  }

  #fail(error: RestreamError): void {
    if (this.#stopped.signal.aborted) return;
    this.#emitter.emit('closed', error);
    this.close();
  }
}

/** Converts an error from the media server. The media server's own problems are temporary. */
function errorOf(error: unknown): RestreamError {
  if (error instanceof RestreamError) return error;
  const isRefused = error instanceof DomainError && error.code === 'media_refused';
  return new RestreamError(isRefused ? 'media_refused' : 'no_media');
}
