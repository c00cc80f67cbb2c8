import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { Visibility } from '../protocol/access.js';
import type {
  BroadcastSource,
  BroadcastView,
  EndReason,
  WebRtcState,
} from '../protocol/broadcast.js';
import { BroadcastLifecycle, type Phase } from './broadcast-lifecycle.js';
import { CurrentPublisher, type ReleaseReason } from './current-publisher.js';
import type { Peer } from './peer.js';
import type {
  BroadcastMedia,
  MediaPort,
  MixedMedia,
  PeerSource,
  ProgramMedia,
  ProgramSource,
  PublisherHealth,
  PublisherMedia,
  SourceMedia,
} from './ports/media.js';
import type { BroadcastPackage, PackagingPort, Transcoding } from './ports/packaging.js';
import type { SampleSource } from './ports/samples.js';

/** The maximum time from "Go live" until media arrives. */
const START_TIMEOUT_MS = 30_000;
/** The time after which a publisher should retry if the broadcast is moving between nodes. */
const MOVED_RETRY_MS = 500;

type Options = {
  id: string;
  epoch: number;
  resumeToken: string;
  /** The broadcast's state on the node that ran it before; absent for a new broadcast. */
  continued?: Readonly<{
    startedAtMs: number;
    peakViewers: number;
    wasLive: boolean;
    /** The publisher and its media, if they moved here before the broadcast. */
    moved: MovedPublisher | null;
  }>;
  /** See {@link BroadcastLifecycle}. */
  mayEnd?: () => Promise<boolean>;
  channelName: string;
  title: string;
  visibility: Visibility;
  source: BroadcastSource;
  media: MediaPort;
  packaging: PackagingPort;
  clock: Clock;
  log: Log;
  graceMs: number;
};

/** A publisher whose media arrives at this node before the broadcast moves here. */
export type MovedPublisher = Readonly<{
  peer: Peer;
  source: BroadcastSource;
  room: BroadcastMedia;
  media: PublisherMedia;
}>;

/**
 * How long this node still sends the media of a broadcast that has moved, while the other nodes
 * begin to receive it from the new owner.
 */
export const LINGER_MS = 2_000;

/** A running broadcast. Owns its phase, its media and its publisher's connection. */
export class LiveBroadcast {
  readonly #emitter = new TypedEmitter<{
    phaseEntered: [Phase];
    released: [ReleaseReason];
    mediaLost: [];
    packageChanged: [];
    uplinkMeasured: [uplinkMs: number | null];
  }>();
  /**
   * `phaseEntered`: see {@link BroadcastLifecycle}. `released`: this node no longer owns the
   * broadcast, and no other events follow. `mediaLost`: all media connections have closed; new ones
   * are possible when the publisher returns. `packageChanged`: the state of HLS or WebRTC has
   * changed. `uplinkMeasured`: the delay from capture to this server was measured, in milliseconds;
   * null if it is unknown.
   */
  readonly events = this.#emitter.listenable;
  readonly id: string;
  /**
   * The number of the owner's turn, which increases each time the broadcast moves to another node.
   */
  readonly epoch: number;
  readonly startedAtMs: number;
  /**
   * Proves that a new connection belongs to the same client as the one that started the broadcast.
   */
  readonly resumeToken: string;
  readonly #options: Options;
  readonly #lifecycle: BroadcastLifecycle;
  readonly #package: BroadcastPackage;
  readonly #publisher: CurrentPublisher;
  readonly #queue = new SerialQueue(20);
  readonly #log: Log;
  #title: string;
  #visibility: Visibility;
  #peakViewers = 0;
  #source: BroadcastSource;
  #isReleased = false;
  #media: BroadcastMedia | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.id = options.id;
    this.epoch = options.epoch;
    this.#title = options.title;
    this.#visibility = options.visibility;
    this.#source = options.source;
    this.resumeToken = options.resumeToken;
    const { continued } = options;
    this.startedAtMs = continued?.startedAtMs ?? options.clock.nowMs();
    this.#peakViewers = continued?.peakViewers ?? 0;
    this.#log = options.log.child({ channel: options.channelName, broadcastId: options.id });
    this.#package = options.packaging.open({
      id: options.id,
      channel: options.channelName,
      isContinued: continued !== undefined,
    });
    this.#package.events.on('changed', () => this.#emitter.emit('packageChanged'));
    this.#lifecycle = new BroadcastLifecycle({
      clock: options.clock,
      startTimeoutMs: START_TIMEOUT_MS,
      graceMs: options.graceMs,
      ...(continued && { wasLive: continued.wasLive, isLive: Boolean(continued.moved) }),
      ...(options.mayEnd && { mayEnd: options.mayEnd }),
    });
    this.#lifecycle.events.on('entered', (phase) => this.#entered(phase));
    this.#publisher = new CurrentPublisher(options.channelName);
    const { events } = this.#publisher;
    events.on('arriving', (isArriving) => this.#arriving(isArriving));
    events.on('lost', () => this.#lifecycle.publisherLost());
    events.on('uplinkMeasured', (uplinkMs) => this.#emitter.emit('uplinkMeasured', uplinkMs));
    if (continued?.moved) this.#takeMoved(continued.moved);
  }

  get title(): string {
    return this.#title;
  }

  rename(title: string): void {
    this.#title = title;
  }

  get visibility(): Visibility {
    return this.#visibility;
  }

  setVisibility(visibility: Visibility): void {
    this.#visibility = visibility;
  }

  /** The highest number of simultaneous viewers. */
  get peakViewers(): number {
    return this.#peakViewers;
  }

  /** Reports the current number of viewers. */
  countViewers(viewers: number): void {
    this.#peakViewers = Math.max(this.#peakViewers, viewers);
  }

  get phase(): Phase {
    return this.#lifecycle.phase;
  }

  /** The source of the latest publisher. */
  get source(): BroadcastSource {
    return this.#source;
  }

  /** The peer that is publishing; null if none is. */
  get publisherPeerId(): string | null {
    return this.#publisher.peerId;
  }

  /**
   * The media to which viewers connect; null before the first publisher connects and after the
   * media worker has died.
   */
  get media(): BroadcastMedia | null {
    return this.#media;
  }

  /** Whether media has ever arrived. If it never has, the broadcast is deleted when it ends. */
  get wasLive(): boolean {
    return this.#lifecycle.wasLive;
  }

  get view(): BroadcastView {
    const { phase } = this;
    const iso = (ms: number) => new Date(ms).toISOString();
    return {
      id: this.id,
      channel: this.#options.channelName,
      title: this.#title,
      visibility: this.#visibility,
      state: phase.name,
      source: this.#source,
      startedAt: iso(this.startedAtMs),
      interruptedUntil: phase.name === 'interrupted' ? iso(phase.untilMs) : null,
      endedAt: phase.name === 'ended' ? iso(phase.atMs) : null,
      endReason: phase.name === 'ended' ? phase.reason : null,
      peakViewers: this.#peakViewers,
      hls: phase.name === 'ended' ? null : this.#package.state,
      webrtc: phase.name === 'ended' ? null : this.#webrtc,
    };
  }

  /** The path of the latest thumbnail; null if none exists. */
  get thumbnailPath(): string | null {
    return this.#package.thumbnailPath;
  }

  /** The packaged media, for components that send it elsewhere. */
  get samples(): SampleSource {
    return this.#package.samples;
  }

  /** The renditions that are transcoded from the publisher's video. */
  get transcoding(): Transcoding {
    return this.#package.transcoding;
  }

  /** Whether the video is transcoded for WebRTC viewers, whose browsers can't show B-frames. */
  get ordersPictures(): boolean {
    return this.#media?.ordersPictures === true;
  }

  /** Whether the publisher's browser must provide thumbnails. */
  get wantsThumbnails(): boolean {
    return this.#package.wantsThumbnails;
  }

  /** Makes `peer` the publisher, replacing the previous one. Resolves with its media connection. */
  attach(peer: Peer, source: PeerSource): Promise<PublisherMedia> {
    return this.#attach(peer, source, (room) => {
      this.#makeWayFor(peer);
      return room.publish(source);
    });
  }

  /** Makes `peer` the publisher, like {@link attach}, with media that isn't WebRTC. */
  attachProgram(peer: Peer, source: ProgramSource): Promise<ProgramMedia> {
    return this.#attach(peer, source, (room) => {
      this.#makeWayFor(peer);
      return room.ingest();
    });
  }

  /**
   * Makes a mixer of this server the publisher. It replaces the previous publisher as soon as the
   * mixer runs.
   * @param peer represents the mixer, and is notified when another publisher replaces it
   */
  async attachMix(peer: Peer, open: (room: BroadcastMedia) => Promise<MixedMedia>): Promise<void> {
    const media = await this.#attach(peer, 'mixer', open);
    media.begin();
  }

  #attach<M extends PublisherMedia | SourceMedia>(
    peer: Peer,
    source: BroadcastSource,
    open: (room: BroadcastMedia) => Promise<M>,
  ): Promise<M> {
    return this.#queue.run(async () => {
      this.#assertOn();
      const room = await this.#openMedia();
      const media = await open(room);
      if (!peer.connected || this.#isOver) {
        media.close();
        this.#assertOn();
        throw new DomainError('not_publishing', 'The connection was lost. Start again.');
      }
      // Does nothing if `open` has already made way. A mixer replaces the publisher only at this
      // point.
      this.#makeWayFor(peer);
      this.#follow(peer, media, source);
      return media;
    });
  }

  /** Measures the publisher's incoming media; resolves to null if no publisher is connected. */
  ingest(): Promise<PublisherHealth | null> {
    return this.#publisher.health();
  }

  /**
   * Returns the publisher's media connection.
   * @throws {DomainError} `not_publishing` if `peer` is not the publisher
   */
  publisherOf(peer: Peer): PublisherMedia {
    return this.#publisher.mediaOf(peer);
  }

  /** Sets the offset from the publisher's clock to the server's, in milliseconds. */
  setClockOffset(peer: Peer, offsetMs: number): void {
    if (this.#publisher.setClockOffset(peer, offsetMs)) this.#package.setClockOffset(offsetMs);
  }

  /**
   * Accepts a JPEG thumbnail.
   * @throws {DomainError} `not_publishing` if `peer` is not the publisher
   */
  offerThumbnail(peer: Peer, jpeg: Uint8Array): void {
    this.publisherOf(peer);
    this.#package.offerThumbnail(jpeg);
  }

  /**
   * Reports that the publisher's socket closed. The broadcast waits for the publisher to return.
   */
  publisherLeft(peerId: string): void {
    if (this.#publisher.peerId !== peerId) return;
    this.#publisher.disconnect();
    this.#lifecycle.publisherLost();
  }

  /** Ends the broadcast for everyone. Idempotent. */
  end(reason: EndReason): void {
    this.#lifecycle.end(reason);
  }

  /** Releases the broadcast without ending it, because another node continues it. Idempotent. */
  release(reason: ReleaseReason): void {
    if (this.#isReleased || this.phase.name === 'ended') return;
    this.#isReleased = true;
    this.#lifecycle.stop();
    this.#log.info({ reason, epoch: this.epoch }, 'another node continues the broadcast');
    const closePublisher = this.#publisher.release(reason);
    const media = this.#media;
    const close = (): void => {
      closePublisher();
      media?.close();
    };
    if (reason === 'moved') setTimeout(close, LINGER_MS);
    else close();
    this.#package.close();
    this.#emitter.emit('released', reason);
    this.#emitter.clear();
  }

  #assertOn(): void {
    if (this.#isReleased)
      throw new DomainError('unavailable', 'The broadcast moved to another server. Start again.', {
        retryAfterMs: MOVED_RETRY_MS,
      });
    if (this.phase.name === 'ended')
      throw new DomainError('not_live', 'The broadcast has ended. Go live again to start another.');
  }

  get #webrtc(): WebRtcState {
    return this.#package.reorders && !this.ordersPictures ? 'unavailable' : 'ready';
  }

  get #isOver(): boolean {
    return this.#isReleased || this.phase.name === 'ended';
  }

  #takeMoved({ peer, source, room, media }: MovedPublisher): void {
    this.#use(room);
    this.#follow(peer, media, source);
  }

  #follow(peer: Peer, media: PublisherMedia | SourceMedia, source: BroadcastSource): void {
    this.#publisher.connect(peer, media);
    this.#source = source;
  }

  async #openMedia(): Promise<BroadcastMedia> {
    if (this.#media && !this.#media.closed) return this.#media;
    const media = await this.#options.media.open(this);
    this.#use(media);
    return media;
  }

  #use(media: BroadcastMedia): void {
    this.#media = media;
    media.events.on('orderingChanged', () => this.#emitter.emit('packageChanged'));
    media.events.on('closed', () => {
      this.#media = null;
      this.#emitter.emit('mediaLost');
    });
    if (this.#isOver) media.close();
    else this.#packageFrom(media);
  }

  /** Starts packaging. If that fails, the broadcast is still available over WebRTC. */
  #packageFrom(media: BroadcastMedia): void {
    media.tap().then(
      (tap) => this.#package.take(tap),
      (err: unknown) => {
        if (!media.closed) this.#log.error({ err }, 'the broadcast could not be packaged');
      },
    );
  }

  /** Detaches the publisher. A peer that attaches again still publishes, so it gets no event. */
  #makeWayFor(next: Peer): void {
    const before = this.#detach();
    if (before && before.id !== next.id) this.#publisher.notifyClosed(before, 'taken_over');
  }

  /** Detaches the publisher and closes its media. Returns its peer, if there was a publisher. */
  #detach(): Peer | null {
    const before = this.#publisher.disconnect();
    if (before && this.phase.name === 'live') this.#lifecycle.publisherLost();
    return before;
  }

  #arriving(isArriving: boolean): void {
    if (isArriving) this.#lifecycle.mediaArrived();
    else this.#lifecycle.publisherLost();
  }

  #entered(phase: Phase): void {
    this.#log.info(
      phase.name === 'ended' ? { reason: phase.reason } : {},
      `broadcast is ${phase.name}`,
    );
    this.#emitter.emit('phaseEntered', phase);
    if (phase.name === 'interrupted') {
      this.#emitter.emit('uplinkMeasured', null);
      this.#package.interrupt();
    }
    if (phase.name !== 'ended') return;
    const publisher = this.#detach();
    if (publisher) this.#publisher.notifyClosed(publisher, 'ended');
    this.#media?.close();
    this.#package.close();
    this.#emitter.clear();
  }
}
