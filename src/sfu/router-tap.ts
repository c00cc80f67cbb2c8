import type { types } from 'mediasoup';
import type { MediaTap, TappedTrack } from '../broadcast/ports/media.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { ProducerTap, type TapSite } from './producer-tap.js';
import { checkSets, type LackingSets } from './set-check.js';

/** Called for a track whose parameter sets were sent only once. */
type OnLackingSets = (tap: ProducerTap, lacking: LackingSets) => void;

type Options = Pick<TapSite, 'clock' | 'isJoining'> & { log: Log; onLackingSets: OnLackingSets };

/** Receives a broadcast's RTP from its origin router in the Node process. */
export class RouterTap implements MediaTap {
  readonly #emitter = new TypedEmitter<{ trackAdded: [TappedTrack]; closed: [] }>();
  readonly events = this.#emitter.listenable;
  readonly #site: TapSite;
  readonly #log: Log;
  readonly #onLackingSets: OnLackingSets;
  readonly #tracks = new Set<TappedTrack>();

  private constructor(site: TapSite, log: Log, onLackingSets: OnLackingSets) {
    this.#site = site;
    this.#log = log;
    this.#onLackingSets = onLackingSets;
    site.transport.observer.once('close', () => {
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  static async create(
    router: types.Router,
    { log, onLackingSets, ...options }: Options,
  ): Promise<RouterTap> {
    const transport = await router.createDirectTransport();
    const site = { transport, rtpCapabilities: router.rtpCapabilities, ...options };
    return new RouterTap(site, log, onLackingSets);
  }

  get tracks(): ReadonlySet<TappedTrack> {
    return this.#tracks;
  }

  get closed(): boolean {
    return this.#site.transport.closed;
  }

  /** Taps another track. */
  async add(producer: types.Producer): Promise<void> {
    try {
      const track = await ProducerTap.create(this.#site, producer);
      this.#tracks.add(track);
      checkSets(track, (lacking) => this.#onLackingSets(track, lacking));
      track.events.on('closed', () => this.#tracks.delete(track));
      this.#emitter.emit('trackAdded', track);
      track.start();
    } catch (err) {
      // If either is closed, no error is logged, because the track has ended, or its worker has
      // died.
      if (!this.closed && !producer.closed)
        this.#log.error({ err }, 'a track could not be packaged');
    }
  }

  close(): void {
    this.#site.transport.close();
  }
}
