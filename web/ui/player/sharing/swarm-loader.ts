import type {
  FragmentLoaderContext,
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderStats,
} from 'hls.js';
import type { SegmentDigests } from './segment-digests.js';
import { readSegmentName, type SegmentName } from './segment-name.js';
import type { Swarm } from './swarm.js';

/** The swarms and digests that a loader uses. */
export interface SwarmSource {
  readonly digests: SegmentDigests;
  /**
   * Resolves with the swarm from which a segment can be loaded; null to load the segment from the
   * server.
   */
  swarmFor: (name: SegmentName) => Promise<Swarm | null>;
}

type Callbacks = LoaderCallbacks<FragmentLoaderContext>;

/** The request latency that is reported to hls.js, in milliseconds. */
const LATENCY_MS = 10;

/** Returns the class with which hls.js loads segments through a swarm, or from the server. */
export function swarmLoader(source: SwarmSource) {
  return class extends SwarmLoader {
    constructor(config: HlsConfig) {
      super(config, source);
    }
  };
}

/**
 * Loads one segment. Whatever the swarm delivers, only data that matches the server's digest is
 * used.
 */
class SwarmLoader implements Loader<FragmentLoaderContext> {
  context: FragmentLoaderContext | null = null;
  stats: LoaderStats = newStats();
  readonly #config: HlsConfig;
  readonly #source: SwarmSource;
  /** The loader of segments that aren't shared. */
  #plain: Loader<FragmentLoaderContext> | null = null;
  #loading: { name: SegmentName; swarm: Swarm } | null = null;
  #callbacks: Callbacks | null = null;

  constructor(config: HlsConfig, source: SwarmSource) {
    this.#config = config;
    this.#source = source;
  }

  load(context: FragmentLoaderContext, config: LoaderConfiguration, callbacks: Callbacks): void {
    this.context = context;
    this.#callbacks = callbacks;
    const name = context.rangeEnd ? null : readSegmentName(context.url);
    if (name === null) return this.#loadPlain(context, config, callbacks);
    void this.#loadShared(context, name).then((isLoaded) => {
      if (this.#callbacks !== callbacks || isLoaded) return;
      this.#loading = null;
      this.#loadPlain(context, config, callbacks);
    });
  }

  abort(): void {
    const { context } = this;
    if (this.#plain) return this.#plain.abort();
    const callbacks = this.#stop();
    if (context) callbacks?.onAbort?.(this.stats, context, null);
  }

  destroy(): void {
    this.#stop();
    this.#plain?.destroy();
    this.context = null;
  }

  /** Stops a load from the swarm, and returns its callbacks. */
  #stop(): Callbacks | null {
    const callbacks = this.#callbacks;
    this.#callbacks = null;
    if (this.#loading) {
      this.stats.aborted = true;
      this.#loading.swarm.abort(this.#loading.name);
      this.#loading = null;
    }
    return callbacks;
  }

  #loadPlain(
    context: FragmentLoaderContext,
    config: LoaderConfiguration,
    callbacks: Callbacks,
  ): void {
    const Plain = this.#config.loader;
    // hls.js declares a loader for any context, but this one is created only for segments.
    this.#plain = new Plain(this.#config) as Loader<FragmentLoaderContext>;
    this.stats = this.#plain.stats;
    this.#plain.load(context, config, callbacks);
  }

  /** Resolves to false if the segment must be requested from the server. */
  async #loadShared(context: FragmentLoaderContext, name: SegmentName): Promise<boolean> {
    const callbacks = this.#callbacks;
    try {
      const swarm = await this.#source.swarmFor(name);
      if (swarm === null) return false;
      if (this.#callbacks === null || this.#callbacks !== callbacks) return true;
      this.#loading = { name, swarm };
      const { data, bandwidth } = await swarm.load(name);
      if (!(await this.#source.digests.matches(context.url, data))) return false;
      if (this.#callbacks === null || this.#callbacks !== callbacks) return true;
      this.#loading = null;
      complete(this.stats, data.byteLength, bandwidth);
      callbacks.onProgress?.(this.stats, context, data, null);
      callbacks.onSuccess({ url: context.url, data }, this.stats, context, null);
      return true;
    } catch {
      return false;
    }
  }
}

function newStats(): LoaderStats {
  const times = { start: performance.now(), first: 0, end: 0 };
  // hls.js would cancel a load without visible progress, unless it appears to be complete.
  return {
    aborted: false,
    loaded: 1,
    total: 1,
    retry: 0,
    chunkCount: 0,
    bwEstimate: 0,
    loading: times,
    parsing: { start: 0, end: 0 },
    buffering: { start: 0, first: 0, end: 0 },
  };
}

/**
 * Completes the statistics of a load. Segments are loaded ahead, so the actual duration says
 * nothing about the network. hls.js gets a duration that corresponds to the measured bandwidth
 * instead.
 * @param bandwidth in bits per second
 */
function complete(stats: LoaderStats, bytes: number, bandwidth: number): void {
  const end = performance.now();
  const first = end - (bytes * 8_000) / Math.max(bandwidth, 1);
  stats.loading = { start: first - LATENCY_MS, first, end };
  stats.loaded = bytes;
  stats.total = bytes;
}
