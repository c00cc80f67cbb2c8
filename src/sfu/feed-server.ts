import type { types } from 'mediasoup';
import type { MediaOwner } from '../broadcast/ports/media.js';
import { CallError, type NodeCalls, type NodeStream } from '../cluster/node-calls.js';
import type { NodeId } from '../cluster/cluster.js';
import type { Log } from '../common/logger.js';
import type { BroadcastOutput } from './broadcast-output.js';
import {
  FEED,
  FeedCommand,
  type FeedAnswer,
  type FeedMessage,
  FeedRequest,
  type FeedTrack,
} from './feed-messages.js';
import { connectPipe, endOf, type NodeRtc, openPipe } from './node-pipe.js';
import { startsWithOneKeyFrame } from './key-frame-order.js';
import { reportsTellOf } from './sender-report.js';

/** The load of a pipe, which carries everything that the publisher sends. */
const PIPE_LOAD = 3;

type Options = Readonly<{
  calls: NodeCalls;
  rtc: NodeRtc;
  /** Returns the viewers' side of a broadcast in that epoch; null if this node doesn't run it. */
  find: (broadcast: MediaOwner) => BroadcastOutput | null;
  log: Log;
}>;

/** Sends this node's broadcasts to the other nodes that have viewers, once to each node. */
export class FeedServer {
  constructor(private readonly options: Options) {}

  /** Starts to answer requests for feeds. */
  start(): void {
    this.options.calls.answerStream(FEED, (body, from, stream) => this.#open(body, from, stream));
  }

  async #open(body: unknown, from: NodeId, stream: NodeStream): Promise<FeedAnswer> {
    const { broadcastId, epoch, end, saysStart } = FeedRequest.parse(body);
    const { find, rtc, log } = this.options;
    const output = find({ id: broadcastId, epoch });
    if (!output || output.closed)
      throw new CallError(
        'gone',
        `this node doesn't run broadcast ${broadcastId} in epoch ${epoch}`,
      );
    const { worker, router } = output.origin;
    const pipe = await openPipe(router, rtc);
    worker.load += PIPE_LOAD;
    pipe.observer.once('close', () => (worker.load -= PIPE_LOAD));
    void stream.closed.then(() => pipe.close());
    try {
      const feed = new Feed({ pipe, stream, log: log.child({ broadcastId, to: from }) });
      const tracks = await feed.open(output, { mayWait: saysStart });
      await connectPipe(pipe, end);
      pipe.observer.once('close', () => stream.close());
      void feed.obey();
      return { end: endOf(pipe), tracks };
    } catch (error) {
      pipe.close();
      throw error;
    }
  }
}

type FeedParts = Readonly<{ pipe: types.PipeTransport; stream: NodeStream; log: Log }>;

/** Sends one broadcast's tracks to one other node. */
class Feed {
  readonly #pipe: types.PipeTransport;
  readonly #stream: NodeStream;
  readonly #log: Log;
  /** The end of the queue that keeps messages in order. */
  #tail: Promise<unknown> = Promise.resolve();
  /** The consumers that are paused until the other node sends `start`. */
  readonly #waiting = new Set<types.Consumer>();

  constructor({ pipe, stream, log }: FeedParts) {
    this.#pipe = pipe;
    this.#stream = stream;
    this.#log = log;
  }

  /**
   * Describes the current tracks, and reports all later ones. Must be called before the pipe is
   * connected, because mediasoup then requests a key frame for each track that doesn't wait.
   */
  async open(output: BroadcastOutput, { mayWait }: { mayWait: boolean }): Promise<FeedTrack[]> {
    const offs = [
      output.events.on('trackAdded', (producer) =>
        this.#then(producer, (track) => ({ type: 'added', track })),
      ),
      output.events.on('trackReplaced', (before, after) =>
        this.#then(after, (track) => ({ type: 'replaced', before: before.id, track })),
      ),
    ];
    this.#pipe.observer.once('close', () => {
      for (const off of offs) off();
    });
    const sent = await Promise.all(output.producers.map((one) => this.#send(one, mayWait)));
    return sent.filter((track) => track !== null);
  }

  /** Follows the other node's commands until the stream closes. */
  async obey(): Promise<void> {
    try {
      for await (const message of this.#stream) {
        FeedCommand.parse(message);
        await this.#start();
      }
    } catch (err) {
      if (!this.#pipe.closed) this.#log.warn({ err }, 'a feed to another node failed');
      this.#pipe.close();
    }
  }

  async #start(): Promise<void> {
    await Promise.all([...this.#waiting].map((consumer) => consumer.resume()));
  }

  async #hold(consumer: types.Consumer): Promise<void> {
    this.#waiting.add(consumer);
    consumer.observer.once('close', () => this.#waiting.delete(consumer));
    await consumer.pause();
  }

  #then(producer: types.Producer, message: (track: FeedTrack) => FeedMessage): void {
    this.#tail = this.#tail
      .then(async () => {
        const track = await this.#send(producer, false);
        if (track) this.#say(message(track));
      })
      .catch((err: unknown) => {
        if (this.#pipe.closed) return;
        // Closing the pipe makes the other node open another feed.
        this.#log.warn({ err }, 'a track could not be sent to another node');
        this.#pipe.close();
      });
  }

  /** Resolves with null if the track was closed in the meantime. */
  async #send(producer: types.Producer, mayWait: boolean): Promise<FeedTrack | null> {
    const { id, kind } = producer;
    const consumer = await this.#pipe.consume({ producerId: id }).catch((error: unknown) => {
      if (producer.closed) return null;
      throw error;
    });
    if (!consumer || producer.closed) return null;
    const waits = mayWait && kind === 'video' && startsWithOneKeyFrame(producer);
    if (waits) await this.#hold(consumer);
    consumer.on('producerclose', () => this.#say({ type: 'closed', id }));
    consumer.on('producerpause', () => this.#say({ type: 'paused', id, paused: true }));
    consumer.on('producerresume', () => this.#say({ type: 'paused', id, paused: false }));
    return {
      id,
      kind,
      rtpParameters: consumer.rtpParameters,
      paused: consumer.producerPaused,
      layers: producer.score.filter(({ score }) => score > 0).map((one) => one.encodingIdx),
      reportsTell: reportsTellOf(producer),
      waits,
    };
  }

  #say(message: FeedMessage): void {
    this.#stream.send(message);
  }
}
