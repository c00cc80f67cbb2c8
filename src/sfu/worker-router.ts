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
  readonly #piped = new Map<string, Promise<void>>();

  private constructor(worker: SfuWorker, router: types.Router, origin: WorkerRouter | null) {
    this.worker = worker;
    this.router = router;
    this.#origin = origin;
  }

  /** @param origin where tracks come from, or null to be the origin. */
  static async create(worker: SfuWorker, origin: WorkerRouter | null): Promise<WorkerRouter> {
    return new WorkerRouter(worker, await worker.createRouter(), origin);
  }

  /** Makes a track of the origin consumable here; at once when it is already. */
  async ensure(producerId: string): Promise<void> {
    const origin = this.#origin;
    if (origin === null) return;
    let piping = this.#piped.get(producerId);
    if (!piping) {
      piping = this.#pipe(origin, producerId);
      this.#piped.set(producerId, piping);
    }
    await piping;
  }

  close(): void {
    this.router.close();
  }

  async #pipe(origin: WorkerRouter, producerId: string): Promise<void> {
    try {
      const { pipeProducer } = await whileItLives(this.router, () =>
        origin.router.pipeToRouter({
          producerId,
          router: this.router,
          // Workers are on one machine: no loss, so nothing to send again.
          enableRtx: false,
        }),
      );
      pipeProducer?.observer.once('close', () => this.#piped.delete(producerId));
    } catch (error) {
      this.#piped.delete(producerId);
      throw error;
    }
  }
}
