import type { types } from 'mediasoup';
import { whileItLives } from './media-refused.js';
import type { SfuWorker } from './sfu-worker.js';

/**
 * One broadcast's router on one worker. The publisher's is the origin; the others are fed from it by
 * one pipe each, track by track, as tracks are needed.
 */
export class WorkerRouter {
  readonly worker: SfuWorker;
  readonly router: types.Router;
  readonly #origin: WorkerRouter | null;
  /** Ids of tracks here, by their ids at the origin. */
  readonly #piped = new Map<string, Promise<string>>();

  private constructor(worker: SfuWorker, router: types.Router, origin: WorkerRouter | null) {
    this.worker = worker;
    this.router = router;
    this.#origin = origin;
  }

  /**
   * @param origin where tracks come from, or null to be the origin
   * @param codecs in place of the usual ones
   */
  static async create(
    worker: SfuWorker,
    origin: WorkerRouter | null,
    codecs?: readonly types.RouterRtpCodecCapability[],
  ): Promise<WorkerRouter> {
    return new WorkerRouter(worker, await worker.createRouter(codecs), origin);
  }

  /** Whether a track of the origin, piped here or not, is of a codec among these. */
  canConsume(request: { producerId: string; rtpCapabilities: types.RtpCapabilities }): boolean {
    return (this.#origin ?? this).router.canConsume(request);
  }

  /** Makes a track of the origin consumable here, at once when it is already. Resolves with its id here. */
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
          // Workers are on one machine: no loss, so nothing to send again.
          enableRtx: false,
          // Of several routers on one worker no two can have a track of one id.
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
