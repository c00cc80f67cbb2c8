import type { types } from 'mediasoup';
import { whileItLives } from './media-refused.js';
import type { SfuWorker } from './sfu-worker.js';

/**
 * One broadcast's router on one worker. The publisher's router is the origin. Each other router has
 * one pipe from it, through which tracks are piped as needed.
 */
export class WorkerRouter {
  readonly worker: SfuWorker;
  readonly router: types.Router;
  readonly #origin: WorkerRouter | null;
  /** The ids of tracks in this router, by their ids at the origin. */
  readonly #piped = new Map<string, Promise<string>>();

  private constructor(worker: SfuWorker, router: types.Router, origin: WorkerRouter | null) {
    this.worker = worker;
    this.router = router;
    this.#origin = origin;
  }

  /**
   * @param origin the router from which tracks are piped; null for the origin itself
   * @param codecs replaces the default codecs
   */
  static async create(
    worker: SfuWorker,
    origin: WorkerRouter | null,
    codecs?: readonly types.RouterRtpCodecCapability[],
  ): Promise<WorkerRouter> {
    return new WorkerRouter(worker, await worker.createRouter(codecs), origin);
  }

  /**
   * Whether a track of the origin has one of these codecs, no matter whether the track is already
   * piped to this router.
   */
  canConsume(request: { producerId: string; rtpCapabilities: types.RtpCapabilities }): boolean {
    return (this.#origin ?? this).router.canConsume(request);
  }

  /**
   * Makes a track of the origin consumable in this router. Resolves with the track's id in this
   * router, at once if it is already piped.
   */
  ensure(producerId: string): Promise<string> {
    const origin = this.#origin;
    if (origin === null) return Promise.resolve(producerId);
    let piping = this.#piped.get(producerId);
    if (!piping) {
      piping = this.#pipe(origin, producerId);
      this.#piped.set(producerId, piping);
    }
    return piping;
  }

  close(): void {
    this.router.close();
  }

  async #pipe(origin: WorkerRouter, producerId: string): Promise<string> {
    try {
      const { pipeProducer } = await whileItLives(this.router, () =>
        origin.router.pipeToRouter({
          producerId,
          router: this.router,
          // All workers run on the same machine, so no packets are lost or retransmitted.
          enableRtx: false,
          // Routers on one worker cannot have tracks with the same id.
          keepId: false,
        }),
      );
      pipeProducer?.observer.once('close', () => this.#piped.delete(producerId));
      return pipeProducer?.id ?? producerId;
    } catch (error) {
      this.#piped.delete(producerId);
      throw error;
    }
  }
}
