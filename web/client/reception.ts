import { batch, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Device } from 'mediasoup-client';
import type { ViewerMediaOptions } from '../../src/protocol/signaling.js';
import type { ServerClock } from './clock.js';
import type { Connection } from './connection.js';
import { type FlowCounters, mediaFlow } from './media-flow.js';
import { type ReceiveCounters, type ReceiveStats, receiveStats } from './receive-stats.js';
import { Receiver } from './receiver.js';
import { RequestError } from './request-error.js';

type Options = Readonly<{
  connection: Connection;
  clock: ServerClock;
  /** Called when the connection becomes useless, or the browser refuses its tracks. */
  onFailed: () => void;
  /** Called when the server closes the connection. */
  onClosed: () => void;
}>;

const NOTHING_SEEN: FlowCounters = { frames: 0, soundPackets: 0 };

/** Reception over WebRTC: at most one connection, with the media on it. */
export class Reception {
  readonly #options: Options;
  readonly #receiver = signal<Receiver | null>(null);
  readonly #stats = signal<ReceiveStats | null>(null);
  readonly #uplinkMs = signal<number | null>(null);
  readonly #offs: (() => void)[];
  #counters: ReceiveCounters | null = null;
  #seen = NOTHING_SEEN;

  constructor(options: Options) {
    this.#options = options;
    const { connection } = options;
    this.#offs = [
      connection.on('viewer:consumer', (track) => {
        const receiver = this.#receiver.peek();
        if (receiver) void this.#consume(receiver, [track]);
      }),
      connection.on('viewer:consumer-closed', ({ consumerId }) =>
        this.#receiver.peek()?.drop(consumerId),
      ),
      connection.on('viewer:consumer-paused', ({ consumerId, paused }) =>
        this.#receiver.peek()?.setPaused(consumerId, paused),
      ),
      connection.on('viewer:current-layer', ({ consumerId, layer }) =>
        this.#receiver.peek()?.setCurrentLayer(consumerId, layer),
      ),
      connection.on('transport:closed', ({ transportId }) => {
        if (this.#receiver.peek()?.transportId !== transportId) return;
        this.drop();
        options.onClosed();
      }),
    ];
  }

  get receiver(): ReadonlySignal<Receiver | null> {
    return this.#receiver;
  }

  get stats(): ReadonlySignal<ReceiveStats | null> {
    return this.#stats;
  }

  /** The delay from capture to the server as last reported, in milliseconds. */
  set uplinkMs(uplinkMs: number | null) {
    this.#uplinkMs.value = uplinkMs;
  }

  /** Receives the media of a join, which replaces the previous media. */
  async take(media: ViewerMediaOptions, device: Device, pinned: number | null): Promise<void> {
    this.drop();
    const { connection, onFailed } = this.#options;
    const receiver: Receiver = new Receiver({
      connection,
      device,
      media,
      onFailed: () => {
        if (this.#receiver.peek() === receiver) onFailed();
      },
    });
    this.#receiver.value = receiver;
    if (pinned !== null) this.pinLayer(pinned);
    await this.#consume(receiver, media.consumers);
  }

  pinLayer(layer: number | null): void {
    if (this.#receiver.peek() === null) return;
    // A failure is repaired with the next join, after which the layer is pinned again.
    this.#options.connection.request('viewer:layer', { layer }).catch(() => undefined);
  }

  /**
   * Measures the reception. Resolves with whether media flowed since the last call; null if there
   * is no connection.
   */
  async measure(): Promise<{ moved: boolean; expected: boolean } | null> {
    const receiver = this.#receiver.peek();
    if (!receiver) return null;
    const report = await receiver.getStats().catch(() => null);
    if (!report || this.#receiver.peek() !== receiver) return null;
    const result = receiveStats(report.values(), {
      before: this.#counters,
      serverNowMs: this.#options.clock.now(),
      uplinkMs: this.#uplinkMs.peek(),
    });
    this.#counters = result?.counters ?? null;
    this.#stats.value = result?.stats ?? null;
    const { moved, expected, counters } = mediaFlow(report.values(), {
      before: this.#seen,
      sent: receiver.sent,
    });
    this.#seen = counters;
    return { moved, expected };
  }

  drop(): void {
    this.#receiver.peek()?.close();
    batch(() => {
      this.#receiver.value = null;
      this.#stats.value = null;
    });
    this.#counters = null;
    this.#seen = NOTHING_SEEN;
  }

  close(): void {
    for (const off of this.#offs) off();
    this.drop();
  }

  async #consume(receiver: Receiver, tracks: Parameters<Receiver['consume']>[0]): Promise<void> {
    try {
      await receiver.consume(tracks);
    } catch (error) {
      // A track that ended in the meantime isn't a failure, since the server reports it separately.
      if (this.#receiver.peek() === receiver && !isGone(error)) this.#options.onFailed();
    }
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof RequestError &&
    (error.code === 'consumer_not_found' || error.code === 'offline' || error.code === 'not_joined')
  );
}
