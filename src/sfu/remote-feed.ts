import type { types } from 'mediasoup';
import type { RemotePlace } from '../broadcast/ports/media.js';
import type { NodeCalls, NodeStream } from '../cluster/node-calls.js';
import type { Log } from '../common/logger.js';
import type { BroadcastOutput } from './broadcast-output.js';
import {
  FEED,
  FeedAnswer,
  type FeedCommand,
  FeedMessage,
  type FeedRequest,
  type FeedTrack,
} from './feed-messages.js';
import { KeyFrameOrder } from './key-frame-order.js';
import { connectPipe, endOf, type NodeRtc, openPipe } from './node-pipe.js';

/**
 * How long viewers wait for all layers to arrive, unless they can start earlier. Without the wait,
 * mediasoup would start with the first layer that arrives, and keep it for seconds.
 */
const LAYERS_WAIT_MS = 300;
/** If no packet of a track arrives for this long, something is wrong between the nodes. */
const SILENCE_WARN_MS = 10_000;

type Options = Readonly<{ calls: NodeCalls; rtc: NodeRtc; log: Log }>;
type Expected = Readonly<{ producer: types.Producer; layers: readonly number[] }>;

/** Receives a broadcast's tracks from another node, and passes them to an output on this node. */
export class RemoteFeed {
  readonly #tracks = new Map<string, types.Producer>();
  readonly #pipe: types.PipeTransport;
  readonly #stream: NodeStream;
  readonly #output: BroadcastOutput;
  readonly #log: Log;
  /** The tracks that the origin doesn't send before `start`. */
  #waiting: readonly Expected[] = [];
  #started: Promise<void> | null = null;

  private constructor(
    parts: { pipe: types.PipeTransport; stream: NodeStream },
    output: BroadcastOutput,
    log: Log,
  ) {
    this.#pipe = parts.pipe;
    this.#stream = parts.stream;
    this.#output = output;
    this.#log = log;
    this.#pipe.observer.once('close', () => this.#stream.close());
    // The worker may have died in the meantime.
    if (this.#pipe.closed) this.#stream.close();
    void this.#stream.closed.then(() => this.#pipe.close());
  }

  /**
   * Opens the feed. Resolves when the tracks can be consumed: when all layers arrive, or before
   * {@link start} for tracks that need only one key frame.
   * @throws {CallError} if the origin doesn't send it; `gone` if it doesn't run that epoch
   */
  static async open(
    source: RemotePlace,
    output: BroadcastOutput,
    { calls, rtc, log }: Options,
  ): Promise<RemoteFeed> {
    const { nodeId, id: broadcastId, epoch } = source;
    const pipe = await openPipe(output.origin.router, rtc);
    try {
      const request: FeedRequest = { broadcastId, epoch, end: endOf(pipe), saysStart: true };
      const { answer, stream } = await calls.open(nodeId, FEED, request);
      const feed = new RemoteFeed({ pipe, stream }, output, log);
      const { end, tracks } = FeedAnswer.parse(answer);
      await connectPipe(pipe, end);
      const made = await Promise.all(tracks.map((track) => feed.#produce(track)));
      const expected = made.map((producer, i) => ({
        producer,
        layers: tracks[i]?.layers ?? [],
        waits: tracks[i]?.waits ?? false,
      }));
      feed.#waiting = expected.filter(({ waits }) => waits);
      await feed.#allArrive(expected.filter(({ waits }) => !waits));
      await Promise.all(made.map((producer) => output.add(producer)));
      // Players that are already connected don't become ready again.
      if (output.hasFixedViewers) void feed.start();
      void feed.#follow();
      return feed;
    } catch (error) {
      pipe.close();
      throw error;
    }
  }

  /** Resolves when the feed has ended at either end; its tracks are closed then. */
  get closed(): Promise<void> {
    return this.#stream.closed;
  }

  /**
   * Makes the origin send all tracks, because a viewer is ready. Resolves when all layers arrive,
   * or after a timeout.
   */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Stops offering its tracks to viewers who join. */
  withdraw(): void {
    for (const producer of this.#tracks.values()) this.#output.withdraw(producer);
  }

  close(): void {
    this.#pipe.close();
  }

  async #start(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#stream.send({ type: 'start' } satisfies FeedCommand);
    await this.#allArrive(this.#waiting);
  }

  async #follow(): Promise<void> {
    try {
      for await (const message of this.#stream) await this.#take(FeedMessage.parse(message));
    } catch (err) {
      if (!this.#pipe.closed) this.#log.warn({ err }, 'the feed from another node failed');
    }
    this.close();
  }

  async #take(message: FeedMessage): Promise<void> {
    switch (message.type) {
      case 'added':
        return void this.#output.add(await this.#produce(message.track));
      case 'replaced': {
        const after = await this.#produce(message.track);
        const before = this.#tracks.get(message.before);
        if (before) await this.#output.replace(before, after);
        else void this.#output.add(after);
        return;
      }
      case 'paused': {
        const producer = this.#tracks.get(message.id);
        await (message.paused ? producer?.pause() : producer?.resume());
        return;
      }
      case 'closed':
        this.#tracks.get(message.id)?.close();
    }
  }

  async #produce({ id, kind, rtpParameters, paused, reportsTell, waits }: FeedTrack) {
    const producer = await this.#pipe.produce({
      kind,
      rtpParameters,
      paused,
      appData: {
        reportsTell,
        mimeType: rtpParameters.codecs[0]?.mimeType,
        keyFrameOrder: new KeyFrameOrder(waits),
      },
    });
    this.#tracks.set(id, producer);
    producer.observer.once('close', () => this.#tracks.delete(id));
    // Sender reports are traced for taps, like those of publishers.
    await producer.enableTraceEvent(['sr']);
    return producer;
  }

  /** Resolves when all layers that arrive at the origin also arrive here. */
  async #allArrive(expected: readonly Expected[]): Promise<void> {
    const missing = () =>
      expected.filter(
        ({ producer, layers }) =>
          producer.kind === 'video' &&
          !producer.closed &&
          !producer.paused &&
          layers.some((layer) => !producer.score.some(({ encodingIdx }) => encodingIdx === layer)),
      );
    if (missing().length === 0) return;
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const check = () => missing().length === 0 && resolve();
    for (const { producer } of expected) producer.on('score', check);
    const timer = setTimeout(resolve, LAYERS_WAIT_MS);
    void this.closed.then(resolve);
    await arrived;
    clearTimeout(timer);
    for (const { producer } of expected) producer.off('score', check);
    if (missing().length > 0) this.#warnLater(missing);
  }

  /**
   * Waits before it reports that nothing arrives, because an encoder may take seconds to send its
   * next key frame.
   */
  #warnLater(missing: () => readonly { producer: types.Producer }[]): void {
    const timer = setTimeout(() => {
      const silent = missing().filter(({ producer }) => producer.score.length === 0);
      if (silent.length > 0)
        this.#log.warn(
          { from: this.#pipe.tuple.remoteIp },
          'no video arrives from another node: NODE_RTC_PORTS must be open between the nodes',
        );
    }, SILENCE_WARN_MS);
    void this.closed.then(() => clearTimeout(timer));
  }
}
