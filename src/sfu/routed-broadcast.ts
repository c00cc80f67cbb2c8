import type { types } from 'mediasoup';
import type { BroadcastMedia } from '../broadcast/ports.js';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { RouterTap } from './router-tap.js';
import { PublisherConnection } from './publisher-connection.js';
import type { SfuWorker } from './sfu-worker.js';
import { ViewerConnection } from './viewer-connection.js';
import type { WorkerPool } from './worker-pool.js';
import { WorkerRouter } from './worker-router.js';

/** What a publisher's streams weigh against one viewer's, see {@link SfuWorker.load}. */
const PUBLISHER_LOAD = 3;
/** What a further router weighs: its pipe carries what the publisher sends. */
const PIPE_LOAD = 3;

type Options = { pool: WorkerPool; clock: Clock; log: Log; maxIncomingBitrateBps: number };

/** One broadcast's media: the origin router, and one router more on each worker that has viewers of it. */
export class RoutedBroadcast implements BroadcastMedia {
  readonly events: BroadcastMedia['events'] = new TypedEmitter();
  readonly #options: Options;
  readonly #origin: WorkerRouter;
  readonly #edges = new Map<SfuWorker, Promise<WorkerRouter>>();
  readonly #producers = new Map<string, types.Producer>();
  readonly #viewers = new Set<ViewerConnection>();
  readonly #publishers = new Set<PublisherConnection>();
  readonly #taps = new Set<RouterTap>();
  /** Viewers whose transport is being made, by worker: an edge in use by one is not closed. */
  readonly #arriving = new Map<SfuWorker, number>();
  #closed = false;

  private constructor(options: Options, origin: WorkerRouter) {
    this.#options = options;
    this.#origin = origin;
    origin.worker.load += PUBLISHER_LOAD;
    origin.router.observer.once('close', () => this.close());
  }

  static async create(options: Options): Promise<RoutedBroadcast> {
    const origin = await WorkerRouter.create(options.pool.cheapest(), null);
    return new RoutedBroadcast(options, origin);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Routers in use, the origin's and the others'. */
  get routers(): number {
    return 1 + this.#edges.size;
  }

  get producers(): types.Producer[] {
    return [...this.#producers.values()];
  }

  get viewers(): ReadonlySet<ViewerConnection> {
    return this.#viewers;
  }

  /** What comes in from the publisher and goes out to viewers, bits a second. */
  async bitrates(): Promise<{ incomingBps: number; outgoingBps: number }> {
    const sum = async (connections: Iterable<{ bitrateBps(): Promise<number> }>) =>
      (await Promise.all([...connections].map((one) => one.bitrateBps()))).reduce(
        (total, bps) => total + bps,
        0,
      );
    const [incomingBps, outgoingBps] = await Promise.all([
      sum(this.#publishers),
      sum(this.#viewers),
    ]);
    return { incomingBps, outgoingBps };
  }

  async publish(): Promise<PublisherConnection> {
    this.#assertOpen();
    const { worker, router } = this.#origin;
    const transport = await worker.createTransport(router);
    await transport.setMaxIncomingBitrate(this.#options.maxIncomingBitrateBps);
    const publisher = new PublisherConnection({
      transport,
      clock: this.#options.clock,
      onProducer: (producer) => this.#addProducer(producer),
    });
    this.#publishers.add(publisher);
    publisher.events.on('closed', () => this.#publishers.delete(publisher));
    return publisher;
  }

  async watch(capabilities: RtpCapabilities): Promise<ViewerConnection> {
    this.#assertOpen();
    const worker = this.#options.pool.cheapest((candidate) => this.#viewerCost(candidate));
    // Counted from now on, so that many who come at once spread as well.
    worker.load += 1;
    this.#countArriving(worker, 1);
    try {
      const viewer = await this.#connect(worker, capabilities);
      await Promise.all(this.producers.map((producer) => viewer.consume(producer))).catch(
        (error: unknown) => {
          viewer.close();
          throw error;
        },
      );
      return viewer;
    } finally {
      this.#countArriving(worker, -1);
      this.#closeEdgeIfUnused(worker);
    }
  }

  async tap(): Promise<RouterTap> {
    this.#assertOpen();
    const { clock, log } = this.#options;
    const tap = await RouterTap.create(this.#origin.router, clock, log);
    this.#taps.add(tap);
    tap.events.on('closed', () => this.#taps.delete(tap));
    for (const producer of this.producers) void tap.add(producer);
    return tap;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#origin.worker.load -= PUBLISHER_LOAD;
    for (const edge of this.#edges.values())
      void edge.then(
        (site) => site.close(),
        () => undefined,
      );
    this.#edges.clear();
    for (const viewer of this.#viewers) viewer.close();
    this.#origin.close();
    this.events.emit('closed');
    this.events.clear();
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new DomainError('unavailable', "The broadcast's media has stopped. Try again.", {
        retryAfterMs: 1_000,
      });
  }

  #viewerCost(worker: SfuWorker): number {
    const isHere = worker === this.#origin.worker || this.#edges.has(worker);
    return worker.load + (isHere ? 0 : PIPE_LOAD);
  }

  #siteOn(worker: SfuWorker): Promise<WorkerRouter> {
    if (worker === this.#origin.worker) return Promise.resolve(this.#origin);
    let edge = this.#edges.get(worker);
    if (!edge) {
      edge = WorkerRouter.create(worker, this.#origin);
      this.#edges.set(worker, edge);
      const forget = () => {
        if (this.#edges.get(worker) === edge) this.#edges.delete(worker);
      };
      edge.then((site) => site.router.observer.once('close', forget), forget);
    }
    return edge;
  }

  async #connect(worker: SfuWorker, capabilities: RtpCapabilities): Promise<ViewerConnection> {
    let viewer: ViewerConnection;
    try {
      const site = await this.#siteOn(worker);
      viewer = new ViewerConnection(site, await worker.createTransport(site.router), capabilities);
      this.#assertOpen();
    } catch (error) {
      worker.load -= 1;
      throw error;
    }
    this.#viewers.add(viewer);
    viewer.events.on('closed', () => {
      worker.load -= 1;
      this.#viewers.delete(viewer);
      this.#closeEdgeIfUnused(worker);
    });
    return viewer;
  }

  #addProducer(producer: types.Producer): void {
    this.#producers.set(producer.id, producer);
    producer.observer.once('close', () => this.#producers.delete(producer.id));
    for (const tap of this.#taps) void tap.add(producer);
    for (const viewer of this.#viewers)
      void viewer.consume(producer).catch((err: unknown) => {
        // It left meanwhile, or its worker died; else it can join again.
        if (viewer.closed || producer.closed) return;
        this.#options.log.warn({ err }, 'a viewer could not get a new track');
        viewer.close();
      });
  }

  #countArriving(worker: SfuWorker, change: 1 | -1): void {
    this.#arriving.set(worker, (this.#arriving.get(worker) ?? 0) + change);
  }

  #closeEdgeIfUnused(worker: SfuWorker): void {
    const edge = this.#edges.get(worker);
    if (!edge || (this.#arriving.get(worker) ?? 0) > 0) return;
    if ([...this.#viewers].some((viewer) => viewer.site.worker === worker)) return;
    this.#edges.delete(worker);
    void edge.then(
      (site) => site.close(),
      () => undefined,
    );
  }
}
