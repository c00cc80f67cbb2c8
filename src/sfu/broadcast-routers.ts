import { DomainError } from '../common/domain-error.js';
import type { Numbering } from './numbering.js';
import type { SfuWorker } from './sfu-worker.js';
import type { WorkerPool } from './worker-pool.js';
import { WorkerRouter } from './worker-router.js';

/** The load of an additional router, to which everything that the publisher sends is piped. */
const PIPE_LOAD = 3;
/**
 * The maximum number of routers with client-specific numbers per broadcast, over all workers. The
 * same kind of client always uses the same numbers, so a dozen is enough for all kinds.
 */
const NUMBERED_ROUTERS_MAX = 12;
const FULL_RETRY_MS = 30_000;

type Edge = {
  readonly worker: SfuWorker;
  readonly numbering: Numbering | null;
  readonly router: Promise<WorkerRouter>;
  users: number;
};

/** A router for one viewer. */
export type RouterLease = Readonly<{
  site: WorkerRouter;
  /** Must be called once, when the viewer leaves; unused routers are closed. */
  release: () => void;
}>;

/**
 * One broadcast's routers: the origin, which receives the publisher's media, and the routers to
 * which that media is piped. There is one on each other worker with viewers, and one per {@link
 * Numbering} on each worker.
 */
export class BroadcastRouters {
  readonly origin: WorkerRouter;
  readonly #pool: WorkerPool;
  readonly #edges = new Map<string, Edge>();

  constructor(origin: WorkerRouter, pool: WorkerPool) {
    this.origin = origin;
    this.#pool = pool;
  }

  /** The number of routers, including the origin. */
  get size(): number {
    return 1 + this.#edges.size;
  }

  /**
   * Leases a router for another viewer on the worker with the lowest cost. The viewer's load counts
   * immediately, so that simultaneous joins are distributed too.
   * @throws {DomainError} `unavailable` if there are no workers, or if too many different
   *   numberings are in use
   */
  async lease(numbering: Numbering | null): Promise<RouterLease> {
    const isFull = numbering !== null && this.#numbered >= NUMBERED_ROUTERS_MAX;
    const worker = this.#pool.cheapest((candidate) => this.#cost(candidate, numbering, isFull));
    if (isFull && !this.#has(worker, numbering)) throw tooManyNumberings();
    worker.load += 1;
    const edge = this.#isOrigin(worker, numbering) ? null : this.#edge(worker, numbering);
    if (edge) edge.users += 1;
    const release = () => {
      worker.load -= 1;
      if (!edge) return;
      edge.users -= 1;
      if (edge.users === 0) this.#close(edge);
    };
    try {
      return { site: edge ? await edge.router : this.origin, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  close(): void {
    for (const edge of this.#edges.values()) this.#close(edge);
    this.origin.close();
  }

  get #numbered(): number {
    return [...this.#edges.values()].filter(({ numbering }) => numbering !== null).length;
  }

  #isOrigin(worker: SfuWorker, numbering: Numbering | null): boolean {
    return worker === this.origin.worker && numbering === null;
  }

  #has(worker: SfuWorker, numbering: Numbering | null): boolean {
    return this.#isOrigin(worker, numbering) || this.#edges.has(keyOf(worker, numbering));
  }

  #cost(worker: SfuWorker, numbering: Numbering | null, mayNotAdd: boolean): number {
    if (this.#has(worker, numbering)) return worker.load;
    return mayNotAdd ? Infinity : worker.load + PIPE_LOAD;
  }

  #edge(worker: SfuWorker, numbering: Numbering | null): Edge {
    const key = keyOf(worker, numbering);
    const known = this.#edges.get(key);
    if (known) return known;
    const router = WorkerRouter.create(worker, this.origin, numbering?.codecs);
    const edge: Edge = { worker, numbering, router, users: 0 };
    this.#edges.set(key, edge);
    const forget = () => this.#forget(edge);
    router.then((site) => site.router.observer.once('close', forget), forget);
    return edge;
  }

  #forget(edge: Edge): void {
    const key = keyOf(edge.worker, edge.numbering);
    if (this.#edges.get(key) === edge) this.#edges.delete(key);
  }

  #close(edge: Edge): void {
    this.#forget(edge);
    edge.router.then(
      (site) => site.close(),
      () => undefined,
    );
  }
}

function keyOf(worker: SfuWorker, numbering: Numbering | null): string {
  return `${worker.index} ${numbering?.key ?? ''}`;
}

function tooManyNumberings(): DomainError {
  return new DomainError(
    'unavailable',
    'Too many different kinds of players are watching this broadcast over WHEP. Let the server make the offer (an empty POST), watch over HLS, or try again later.',
    { retryAfterMs: FULL_RETRY_MS },
  );
}
