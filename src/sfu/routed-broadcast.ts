import type { types } from 'mediasoup';
import type {
  BroadcastMedia,
  SourceMedia,
  ReceiverTerms,
  PeerSource,
} from '../broadcast/ports/media.js';
import type { UnitTrack } from '../broadcast/ports/unit-track.js';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import { type EventsOf, type Listenable, TypedEmitter } from '../common/typed-emitter.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import type { BroadcastTranscoding } from '../transcode/transcode.service.js';
import { BroadcastOutput } from './broadcast-output.js';
import { BroadcastTap } from './broadcast-tap.js';
import { ProgramConnection } from './program/program-connection.js';
import { isMadeOfUnits } from './program/program-rtp.js';
import type { VideoWay } from './program/video-output.js';
import { PublisherConnection } from './publisher-connection.js';
import type { ProducerTap } from './producer-tap.js';
import { RouterTap } from './router-tap.js';
import type { LackingSets } from './set-check.js';
import { SetRepeater } from './set-repeater.js';
import { sumOfBitrates } from './sum-of-bitrates.js';
import type { ViewerConnection } from './viewer-connection.js';
import type { WorkerPool } from './worker-pool.js';

/**
 * How long a publisher may be silent. Browsers send a consent check every 2.5 s, so a network loss
 * is noticed within 10 s, as on the socket. Encoders send one every 4 to 6 s (RFC 7675 5.1), and
 * one of these may be lost.
 */
const CONSENT_S: Readonly<Record<PeerSource, number>> = { browser: 10, whip: 15 };

type Options = {
  pool: WorkerPool;
  clock: Clock;
  log: Log;
  maxIncomingBitrateBps: number;
  transcoding: BroadcastTranscoding;
};

/** The media of one broadcast that is published on this node. */
export class RoutedBroadcast implements BroadcastMedia {
  readonly #emitter = new TypedEmitter<EventsOf<BroadcastMedia>>();
  readonly events = this.#emitter.listenable;
  /** The viewers' side. */
  readonly output: BroadcastOutput;
  readonly #options: Options;
  readonly #publishers = new Set<SourceMedia>();
  readonly #taps = new Set<BroadcastTap>();
  /** The tracks that arrive as access units. */
  readonly #unitTracks = new Set<UnitTrack>();
  #program: ProgramConnection | null = null;
  #way: VideoWay = 'direct';
  #ordersPictures = false;

  private constructor(options: Options, output: BroadcastOutput) {
    this.#options = options;
    this.output = output;
    output.events.on('trackAdded', (producer) => {
      this.#updateOrdering();
      if (!isMadeOfUnits(producer)) for (const tap of this.#taps) void tap.add(producer);
    });
    output.events.on('closed', () => {
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  static async create(options: Options): Promise<RoutedBroadcast> {
    return new RoutedBroadcast(options, await BroadcastOutput.create(options));
  }

  get closed(): boolean {
    return this.output.closed;
  }

  get ordersPictures(): boolean {
    return this.#ordersPictures;
  }

  /** Returns the bit rates from the publisher and to viewers, in bits per second. */
  async bitrates(): Promise<{ incomingBps: number; outgoingBps: number }> {
    const [incomingBps, outgoingBps] = await Promise.all([
      sumOfBitrates(this.#publishers),
      sumOfBitrates(this.output.viewers),
    ]);
    return { incomingBps, outgoingBps };
  }

  async publish(source: PeerSource): Promise<PublisherConnection> {
    this.output.assertOpen();
    const { worker, router } = this.output.origin;
    const consentS = CONSENT_S[source];
    const transport = await worker.createTransport(router, { consentS });
    await transport.setMaxIncomingBitrate(this.#options.maxIncomingBitrateBps);
    const publisher = new PublisherConnection({
      transport,
      router,
      announcedAddresses: worker.announcedAddresses,
      clock: this.#options.clock,
      onProducer: (producer) => void this.output.add(producer),
    });
    this.#publishers.add(publisher);
    publisher.events.on('closed', () => this.#publishers.delete(publisher));
    return publisher;
  }

  async ingest(): Promise<ProgramConnection> {
    this.output.assertOpen();
    const { clock, log } = this.#options;
    const { router } = this.output.origin;
    const program = await ProgramConnection.create({
      router,
      clock,
      log,
      onProducer: (producer) => void this.output.add(producer),
      onUnitTrack: (track) => this.#addUnits(track),
      onVideoWay: (way) => {
        this.#program = program;
        this.#follow(way);
      },
      transcoding: this.#options.transcoding,
    });
    this.#publishers.add(program);
    program.events.on('closed', () => {
      this.#publishers.delete(program);
      this.#program = null;
      this.#follow('direct');
    });
    return program;
  }

  watch(capabilities: RtpCapabilities): Promise<ViewerConnection> {
    return this.output.watch(capabilities);
  }

  receive(terms: ReceiverTerms | null): Promise<ViewerConnection> {
    return this.output.receive(terms);
  }

  async tap(): Promise<BroadcastTap> {
    this.output.assertOpen();
    const { clock, log } = this.#options;
    const rtp = await RouterTap.create(this.output.origin.router, {
      clock,
      log,
      isJoining: () => this.output.isJoining,
      onLackingSets: (track, lacking) =>
        void this.#repeatSets(track, lacking).catch((err: unknown) => {
          // If either is closed, no warning is needed, because the broadcast's media has ended, or
          // its worker has died.
          if (!rtp.closed && !this.closed)
            log.warn({ err }, 'viewers who join this track may see no video');
        }),
    });
    const tap = new BroadcastTap(rtp);
    this.#taps.add(tap);
    tap.events.on('closed', () => this.#taps.delete(tap));
    for (const producer of this.output.producers)
      if (!isMadeOfUnits(producer)) void tap.add(producer);
    for (const track of this.#unitTracks) tap.addUnits(track);
    return tap;
  }

  close(): void {
    this.output.close();
  }

  #follow(way: VideoWay): void {
    this.#way = way;
    this.output.lacksVideo = way === 'none';
    this.#updateOrdering();
  }

  /**
   * Notifies viewers only once all tracks exist, because WHEP players can't be notified of a track
   * that is added after they have joined.
   */
  #updateOrdering(): void {
    const kinds = new Set(this.output.producers.map(({ kind }) => kind));
    const isComplete = kinds.has('video') && (kinds.has('audio') || !this.#program?.hasSound);
    const ordersPictures = this.#way === 'transcoded' && isComplete;
    if (ordersPictures === this.#ordersPictures) return;
    this.#ordersPictures = ordersPictures;
    this.#emitter.emit('orderingChanged');
  }

  #addUnits(track: UnitTrack): void {
    this.#unitTracks.add(track);
    const events: Listenable<{ closed: [] }> = track.events;
    events.on('closed', () => this.#unitTracks.delete(track));
    for (const tap of this.#taps) tap.addUnits(track);
  }

  /**
   * Gives viewers who join from now on the track with repeated parameter sets. Viewers who received
   * the beginning of the track have the sets and keep the original track, and so does the packager.
   */
  async #repeatSets(track: ProducerTap, { stores, packet }: LackingSets): Promise<void> {
    const nowMs = () => this.#options.clock.nowMs();
    const repeater = new SetRepeater({ tap: track, stores, nowMs });
    repeater.take(packet);
    const before: types.Producer | undefined = this.output.producer(track.id);
    const producer = await repeater.produce(this.output.origin.router);
    if (!before || before.closed) return;
    await this.output.replace(before, producer);
    repeater.start();
  }
}
