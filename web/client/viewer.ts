import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from '@preact/signals-core';
import type { Boot } from '../../src/protocol/boot.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { ViewerJoined } from '../../src/protocol/signaling.js';
import type { ServerClock } from './clock.js';
import type { Connection } from './connection.js';
import { loadDevice } from './device.js';
import { type ReceiveCounters, type ReceiveStats, receiveStats } from './receive-stats.js';
import { type Layers, Receiver } from './receiver.js';
import { RequestError } from './request-error.js';

export type WatchedChannel = Pick<
  ChannelView,
  'title' | 'owner' | 'broadcast' | 'viewers' | 'thumbnail' | 'lastLiveAt'
>;

/** What the watch page shows. */
export type ViewerState =
  | { name: 'connecting' }
  | { name: 'not-live' }
  | { name: 'starting' }
  | { name: 'playing' }
  | { name: 'interrupted'; untilMs: number }
  | { name: 'ended'; broadcast: BroadcastView }
  | { name: 'gone' }
  | { name: 'failed'; message: string };

type Options = { connection: Connection; clock: ServerClock; channel: string; boot: Boot };

const STATS_INTERVAL_MS = 1_000;
/** After a join that failed, and doubled each time. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/** Watches one channel over WebRTC: joins, stays joined, and comes back by itself. */
export class Viewer {
  readonly #options: Options;
  readonly #channel: Signal<WatchedChannel>;
  readonly #receiver = signal<Receiver | null>(null);
  readonly #stream = signal<MediaStream | null>(null);
  readonly #failure = signal<string | null>(null);
  readonly #ended = signal<BroadcastView | null>(null);
  readonly #gone = signal(false);
  readonly #stats = signal<ReceiveStats | null>(null);
  readonly #pinned = signal<number | null>(null);
  readonly #uplinkMs = signal<number | null>(null);
  readonly #offs: (() => void)[] = [];
  /** Raised by each join: what an older one brings is thrown away. */
  #attempt = 0;
  #retries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #counters: ReceiveCounters | null = null;

  readonly channel: ReadonlySignal<WatchedChannel>;
  /** What `<video>.srcObject` should be; the last one stays through an interruption. */
  readonly stream: ReadonlySignal<MediaStream | null> = this.#stream;
  readonly stats: ReadonlySignal<ReceiveStats | null> = this.#stats;
  readonly state: ReadonlySignal<ViewerState>;
  readonly layers: ReadonlySignal<Layers>;

  constructor(options: Options) {
    this.#options = options;
    const known = options.boot.channel;
    this.#channel = signal<WatchedChannel>(
      known ?? {
        title: '',
        owner: '',
        broadcast: null,
        viewers: 0,
        thumbnail: null,
        lastLiveAt: null,
      },
    );
    this.channel = this.#channel;
    this.state = computed(() => this.#stateNow());
    this.layers = computed(() => ({
      count: this.#receiver.value?.layerCount.value ?? 1,
      current: this.#receiver.value?.currentLayer.value ?? null,
      pinned: this.#pinned.value,
    }));
    this.#listen();
    const timer = setInterval(() => void this.#measure(), STATS_INTERVAL_MS);
    this.#offs.push(() => clearInterval(timer));
  }

  /** Holds the picture at a layer (0 is the lowest), or lets the bandwidth choose (null). */
  pinLayer(layer: number | null): void {
    this.#pinned.value = layer;
    void this.#request(() => this.#options.connection.request('viewer:layer', { layer }));
  }

  /** Tries again at once, from the beginning. */
  retry(): void {
    this.#retries = 0;
    this.#failure.value = null;
    void this.#join();
  }

  close(): void {
    this.#attempt += 1;
    clearTimeout(this.#retryTimer);
    for (const off of this.#offs) off();
    this.#dropReceiver();
    void this.#request(() => this.#options.connection.request('viewer:leave', {}));
  }

  #stateNow(): ViewerState {
    if (this.#gone.value) return { name: 'gone' };
    const { broadcast } = this.channel.value;
    if (broadcast === null || broadcast.state === 'ended') {
      const ended = this.#ended.value;
      return ended ? { name: 'ended', broadcast: ended } : { name: 'not-live' };
    }
    if (broadcast.state === 'interrupted')
      return { name: 'interrupted', untilMs: Date.parse(broadcast.interruptedUntil ?? '') };
    if (broadcast.state === 'starting') return { name: 'starting' };
    const failure = this.#failure.value;
    if (failure !== null) return { name: 'failed', message: failure };
    return this.#receiver.value?.stream.value ? { name: 'playing' } : { name: 'connecting' };
  }

  #listen(): void {
    const { connection, channel } = this.#options;
    const isHere = (payload: { channel: string }) => payload.channel === channel;
    this.#offs.push(
      connection.onOnline(() => void this.#join()),
      connection.on('channel:state', (state) => {
        if (isHere(state)) this.#stateChanged(state.title, state.broadcast);
      }),
      connection.on('channel:stats', (stats) => {
        if (!isHere(stats)) return;
        batch(() => {
          this.#uplinkMs.value = stats.uplinkMs;
          this.#channel.value = { ...this.channel.peek(), viewers: stats.viewers };
        });
      }),
      connection.on('channel:deleted', (deleted) => {
        if (!isHere(deleted)) return;
        this.#gone.value = true;
        this.#dropReceiver();
      }),
      connection.on('viewer:consumer', (track) => {
        const receiver = this.#receiver.peek();
        if (receiver) void this.#consume(receiver, [track]);
      }),
      connection.on('viewer:consumer-closed', ({ consumerId }) =>
        this.#receiver.peek()?.drop(consumerId),
      ),
      connection.on('viewer:current-layer', ({ consumerId, layer }) =>
        this.#receiver.peek()?.setCurrentLayer(consumerId, layer),
      ),
      connection.on('transport:closed', ({ transportId }) => {
        if (this.#receiver.peek()?.transportId !== transportId) return;
        this.#dropReceiver();
        const { broadcast } = this.channel.peek();
        if (broadcast && broadcast.state !== 'ended') void this.#join();
      }),
    );
    this.#offs.push(
      effect(() => {
        const stream = this.#receiver.value?.stream.value;
        if (stream) this.#stream.value = stream;
      }),
    );
  }

  #stateChanged(title: string, broadcast: BroadcastView | null): void {
    const before = this.channel.peek().broadcast;
    batch(() => {
      const isOver = broadcast?.state === 'ended';
      if (isOver && before && before.state !== 'starting') this.#ended.value = broadcast;
      if (broadcast && !isOver) this.#ended.value = null;
      const lastLiveAt = broadcast?.endedAt ?? this.channel.peek().lastLiveAt;
      this.#channel.value = { ...this.channel.peek(), title, broadcast, lastLiveAt };
    });
    if (broadcast === null || broadcast.state === 'ended') return this.#dropReceiver();
    // Media exists from the start of a broadcast on, and again when its publisher is back.
    if (this.#receiver.peek() === null) void this.#join();
  }

  async #join(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#attempt += 1;
    const attempt = this.#attempt;
    const { connection, channel, boot } = this.#options;
    if (connection.status.peek() !== 'online') return;
    try {
      const device = boot.rtpCapabilities && (await loadDevice(boot.rtpCapabilities));
      const joined = await connection.request('viewer:join', {
        channel,
        ...(device ? { rtpCapabilities: device.recvRtpCapabilities as never } : {}),
      });
      if (attempt !== this.#attempt) return;
      this.#retries = 0;
      await this.#joined(joined, device);
    } catch (error) {
      if (attempt === this.#attempt) this.#joinFailed(error);
    }
  }

  async #joined(
    { channel, media, uplinkMs }: ViewerJoined,
    device: Awaited<ReturnType<typeof loadDevice>> | null,
  ): Promise<void> {
    this.#dropReceiver();
    batch(() => {
      this.#failure.value = device ? null : 'This browser has no WebRTC.';
      this.#uplinkMs.value = uplinkMs;
      this.#channel.value = channel;
      if (channel.broadcast) this.#ended.value = null;
    });
    if (!media || !device) return;
    if (media.unsupported.includes('video'))
      this.#failure.value =
        "This browser can't play the broadcaster's video format. Try Chrome, Edge or Safari.";
    const receiver: Receiver = new Receiver({
      connection: this.#options.connection,
      device,
      media,
      onFailed: () => {
        if (this.#receiver.peek() === receiver) void this.#join();
      },
    });
    this.#receiver.value = receiver;
    const pinned = this.#pinned.peek();
    if (pinned !== null) this.pinLayer(pinned);
    await this.#consume(receiver, media.consumers);
  }

  async #consume(receiver: Receiver, tracks: Parameters<Receiver['consume']>[0]): Promise<void> {
    try {
      await receiver.consume(tracks);
    } catch (error) {
      // A track that ended meanwhile is no failure: the server says so by itself.
      if (this.#receiver.peek() !== receiver || isGone(error)) return;
      this.#joinFailed(error);
    }
  }

  #joinFailed(error: unknown): void {
    if (error instanceof RequestError && error.code === 'channel_not_found') {
      this.#gone.value = true;
      return;
    }
    // `offline`: the next connection joins. Else keep trying, and say so after the second time.
    if (error instanceof RequestError && error.code === 'offline') return;
    this.#retries += 1;
    if (this.#retries > 2)
      this.#failure.value = error instanceof Error ? error.message : String(error);
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#retries - 1));
    this.#retryTimer = setTimeout(() => void this.#join(), waitMs);
  }

  #dropReceiver(): void {
    this.#receiver.peek()?.close();
    this.#receiver.value = null;
    this.#stats.value = null;
    this.#counters = null;
  }

  async #measure(): Promise<void> {
    const receiver = this.#receiver.peek();
    if (!receiver) return;
    const report = await receiver.getStats().catch(() => null);
    if (!report || this.#receiver.peek() !== receiver) return;
    const result = receiveStats(report.values(), {
      before: this.#counters,
      serverNowMs: this.#options.clock.now(),
      uplinkMs: this.#uplinkMs.peek(),
    });
    this.#counters = result?.counters ?? null;
    this.#stats.value = result?.stats ?? null;
  }

  /** For requests whose failure is repaired by the next join. */
  async #request(call: () => Promise<unknown>): Promise<void> {
    await call().catch(() => undefined);
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof RequestError &&
    (error.code === 'consumer_not_found' || error.code === 'offline' || error.code === 'not_joined')
  );
}
