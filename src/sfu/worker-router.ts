import type { types } from 'mediasoup';
import { LocalPipe } from './local-pipe.js';
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
  /** The pipe from the origin, once the first track is piped. */
  #pipe: Promise<LocalPipe> | null = null;
  #isStarted = false;
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
  ensure(producer: types.Producer): Promise<string> {
    const origin = this.#origin;
    if (origin === null) return Promise.resolve(producer.id);
    let piping = this.#piped.get(producer.id);
    if (!piping) {
      piping = this.#add(origin, producer);
      this.#piped.set(producer.id, piping);
    }
    return piping;
  }

  /** Lets media arrive in this router, because one of its viewers is ready. Idempotent. */
  start(): void {
    this.#isStarted = true;
    this.#pipe
      ?.then((pipe) => pipe.start())
      .catch(() => {
        // The router was closed in the meantime, or its worker died.
      });
  }

  close(): void {
    this.router.close();
  }

  #open(origin: WorkerRouter): Promise<LocalPipe> {
    this.#pipe ??= LocalPipe.open(origin.router, this.router).catch((error: unknown) => {
      this.#pipe = null;
      throw error;
    });
    return this.#pipe;
  }

  async #add(origin: WorkerRouter, producer: types.Producer): Promise<string> {
    try {
      const piped = await whileItLives(this.router, async () => {
        const pipe = await this.#open(origin);
        const added = await pipe.add(producer);
        if (this.#isStarted) await pipe.start();
        return added;
      });
      piped.observer.once('close', () => this.#piped.delete(producer.id));
      return piped.id;
    } catch (error) {
      this.#piped.delete(producer.id);
      throw error;
    }
  }
}
