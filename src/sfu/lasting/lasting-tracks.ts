import type { types } from 'mediasoup';
import type { Clock } from '../../common/clock.js';
import type { Log } from '../../common/logger.js';
import { SerialQueue } from '../../common/serial-queue.js';
import type { MediaKind } from '../../protocol/rtc.js';
import type { RouterTap } from '../router-tap.js';
import { LastingTrack } from './lasting-track.js';
import { PublisherClock } from './publisher-clock.js';

type Options = Readonly<{
  router: types.Router;
  /** Opens a tap for the sources that the Node process passes on. Called at most once. */
  openTap: () => Promise<RouterTap>;
  /** Called for each track that becomes available after the initial ones. */
  onProducer: (producer: types.Producer) => void;
  clock: Clock;
  log: Log;
}>;

/**
 * A broadcast's tracks for viewers with fixed session descriptions: one {@link LastingTrack} of
 * each kind.
 */
export class LastingTracks {
  readonly #options: Options;
  readonly #publisherClock = new PublisherClock();
  readonly #tracks = new Map<MediaKind, LastingTrack>();
  readonly #queue = new SerialQueue();
  /** Exists once a track has been continued with another source. */
  #tap: RouterTap | null = null;
  #isOpen = false;
  #isStarted = false;
  #isClosed = false;

  private constructor(options: Options) {
    this.#options = options;
  }

  /** @param producers the initial producers */
  static async create(
    options: Options,
    producers: readonly types.Producer[],
  ): Promise<LastingTracks> {
    const lasting = new LastingTracks(options);
    await Promise.all(producers.map((producer) => lasting.add(producer)));
    lasting.#isOpen = true;
    return lasting;
  }

  get producers(): types.Producer[] {
    return [...this.#tracks.values()].map(({ producer }) => producer);
  }

  /** Adds a publisher's track, or continues an existing track with it. Never rejects. */
  add(producer: types.Producer): Promise<void> {
    return this.#queue
      .run(() => this.#add(producer))
      .catch((err: unknown) => {
        // If either is closed, no error is logged, because the track or the broadcast has ended, or
        // its worker has died.
        if (!producer.closed && !this.#isClosed && !this.#options.router.closed)
          this.#options.log.error({ err }, 'a track could not be sent to WHEP players');
      });
  }

  /** Lets media pass from now on, because one of the viewers is ready. Idempotent. */
  start(): void {
    this.#isStarted = true;
    for (const track of this.#tracks.values()) this.#start(track);
  }

  close(): void {
    this.#isClosed = true;
    this.#tap?.close();
    for (const track of this.#tracks.values()) track.close();
  }

  async #add(producer: types.Producer): Promise<void> {
    if (this.#isClosed || producer.closed) return;
    const known = this.#tracks.get(producer.kind);
    if (!known?.takes(producer) || known.producer.closed) return this.#replace(producer);
    try {
      await known.takeOver();
    } catch (err) {
      if (producer.closed || this.#isClosed) return;
      // Sessions that receive the track are closed, and restart with the new one.
      this.#options.log.warn({ err }, 'a track for WHEP players could not be continued');
      return this.#replace(producer);
    }
    await (await this.#openTap()).add(producer);
  }

  async #openTap(): Promise<RouterTap> {
    if (this.#tap) return this.#tap;
    const tap = await this.#options.openTap();
    // The first packets contain a key frame, so they must not be missed.
    tap.events.on('trackAdded', (track) => this.#tracks.get(track.kind)?.follow(track));
    this.#tap = tap;
    if (this.#isClosed) tap.close();
    return tap;
  }

  async #replace(original: types.Producer): Promise<void> {
    const { router, clock, onProducer } = this.#options;
    const options = { router, clock, publisherClock: this.#publisherClock };
    const track = await LastingTrack.create(options, original);
    this.#tracks.get(original.kind)?.close();
    this.#tracks.set(original.kind, track);
    if (this.#isClosed) return track.close();
    if (this.#isStarted) this.#start(track);
    if (this.#isOpen) onProducer(track.producer);
  }

  #start(track: LastingTrack): void {
    track.start().catch(() => {
      // The track was closed in the meantime, or its worker died.
    });
  }
}
