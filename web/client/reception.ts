import { batch, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Device } from 'mediasoup-client';
import type { ViewerMediaOptions } from '../../src/protocol/signaling.js';
import type { ServerClock } from './clock.js';
import type { Link } from './link.js';
import { type FlowCounters, mediaFlow } from './media-flow.js';
import { type ReceiveCounters, type ReceiveStats, receiveStats } from './receive-stats.js';
import { Receiver } from './receiver.js';
import { RequestError } from './request-error.js';

type Options = Readonly<{
  clock: ServerClock;
  /** Called when the connection becomes useless, or the browser refuses its tracks. */
  onFailed: () => void;
  /** Called when the server closes the connection. */
  onClosed: () => void;
}>;

/** The media of a join, and the link and device that receive it. */
type Joined = Readonly<{
  media: ViewerMediaOptions;
  device: Device;
  link: Link;
  /** The layer that the user has pinned. */
  pinned: number | null;
}>;

/** The maximum time until the first frame of a second connection. */
const FIRST_FRAME_MAX_MS = 8_000;
const FIRST_FRAME_CHECK_MS = 20;

const NOTHING_SEEN: FlowCounters = { frames: 0, soundPackets: 0 };

/**
 * Receives media over WebRTC: over at most one connection, and a second one during a move to
 * another node.
 */
export class Reception {
  readonly #options: Options;
  readonly #receiver = signal<Receiver | null>(null);
  readonly #stats = signal<ReceiveStats | null>(null);
  readonly #uplinkMs = signal<number | null>(null);
  #counters: ReceiveCounters | null = null;
  #seen = NOTHING_SEEN;

  constructor(options: Options) {
    this.#options = options;
  }

  get receiver(): ReadonlySignal<Receiver | null> {
    return this.#receiver;
  }

  get stats(): ReadonlySignal<ReceiveStats | null> {
    return this.#stats;
  }

  /** The last reported latency from capture to the server, in milliseconds. */
  set uplinkMs(uplinkMs: number | null) {
    this.#uplinkMs.value = uplinkMs;
  }

  /** Receives the media of a join in place of the previous media. */
  async take(joined: Joined): Promise<void> {
    this.drop();
    const receiver = this.#open(joined);
    this.#receiver.value = receiver;
    await this.#consume(receiver, joined.media.consumers);
  }

  /**
   * Receives the media of another join at the same time; {@link replaceWith} then shows it.
   * Resolves when the first frame has been decoded, or the first audio has arrived if there is no
   * video, or at once if nothing is being sent.
   * @throws {Error} if that takes too long, or the connection fails
   */
  async prepare(joined: Joined): Promise<Receiver> {
    const receiver = this.#open(joined);
    try {
      await receiver.consume(joined.media.consumers);
      await firstFrame(receiver);
      return receiver;
    } catch (error) {
      receiver.close();
      throw error;
    }
  }

  /** Continues with the media of a prepared receiver, and closes the previous one. */
  replaceWith(receiver: Receiver): void {
    const before = this.#receiver.peek();
    if (before) receiver.continue(before);
    this.#receiver.value = receiver;
    before?.close();
    this.#counters = null;
    this.#seen = NOTHING_SEEN;
  }

  pinLayer(layer: number | null): void {
    this.#receiver.peek()?.pinLayer(layer);
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
    this.drop();
  }

  #open({ media, device, link, pinned }: Joined): Receiver {
    const { onFailed, onClosed } = this.#options;
    const isCurrent = (): boolean => this.#receiver.peek() === receiver;
    const receiver: Receiver = new Receiver({
      link,
      device,
      media,
      onTrack: (track) => void this.#consume(receiver, [track]),
      onFailed: () => {
        if (isCurrent()) onFailed();
      },
      onClosed: () => {
        if (!isCurrent()) return;
        this.drop();
        onClosed();
      },
    });
    if (pinned !== null) receiver.pinLayer(pinned);
    return receiver;
  }

  async #consume(receiver: Receiver, tracks: Parameters<Receiver['consume']>[0]): Promise<void> {
    try {
      await receiver.consume(tracks);
    } catch (error) {
      // A track that ended in the meantime isn't a failure; the server reports it separately.
      if (this.#receiver.peek() === receiver && !isGone(error)) this.#options.onFailed();
    }
  }
}

/** Resolves when media is flowing over a new connection, or when none is being sent. */
async function firstFrame(receiver: Receiver): Promise<void> {
  const endMs = performance.now() + FIRST_FRAME_MAX_MS;
  while (performance.now() < endMs) {
    const { sent } = receiver;
    const report = await receiver.getStats();
    const { moved, expected } = mediaFlow(report.values(), { before: NOTHING_SEEN, sent });
    if (moved || !expected) return;
    await new Promise((resolve) => setTimeout(resolve, FIRST_FRAME_CHECK_MS));
  }
  throw new Error('no media arrived over the new connection');
}

function isGone(error: unknown): boolean {
  return (
    error instanceof RequestError &&
    (error.code === 'consumer_not_found' || error.code === 'offline' || error.code === 'not_joined')
  );
}
