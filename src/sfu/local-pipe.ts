import type { types } from 'mediasoup';
import { startsWithOneKeyFrame } from './key-frame-order.js';

/** Both ends are on this machine, so no packets are lost, and nobody else reads them. */
const LISTEN = { protocol: 'udp', ip: '127.0.0.1' } as const;

/**
 * Carries tracks from a router to one on another worker of this node.
 *
 * mediasoup requests a key frame of each track when a pipe is connected. If that key frame arrived
 * before the first viewer is ready, the viewer would need another one, and the publisher's key
 * frames are limited to two per second. The pipe is therefore connected when its first viewer is
 * ready, unless that viewer would then start with a low simulcast layer.
 */
export class LocalPipe {
  readonly #from: types.PipeTransport;
  readonly #to: types.PipeTransport;
  #started: Promise<void> | null = null;

  private constructor(from: types.PipeTransport, to: types.PipeTransport) {
    this.#from = from;
    this.#to = to;
    from.observer.once('close', () => to.close());
    to.observer.once('close', () => from.close());
    if (from.closed) to.close();
    if (to.closed) from.close();
  }

  static async open(from: types.Router, to: types.Router): Promise<LocalPipe> {
    const [near, far] = await Promise.allSettled(
      [from, to].map((router) => router.createPipeTransport({ listenInfo: LISTEN })),
    );
    if (near?.status === 'fulfilled' && far?.status === 'fulfilled')
      return new LocalPipe(near.value, far.value);
    for (const end of [near, far]) if (end?.status === 'fulfilled') end.value.close();
    throw near?.status === 'rejected' ? near.reason : far?.status === 'rejected' && far.reason;
  }

  /** Adds a track. Resolves with the track in the other router, which closes with the original. */
  async add(original: types.Producer): Promise<types.Producer> {
    const consumer = await this.#from.consume({ producerId: original.id });
    const { kind, rtpParameters, producerPaused: paused } = consumer;
    const { appData } = original;
    const producer = await this.#to.produce({ kind, rtpParameters, paused, appData });
    consumer.observer.once('close', () => producer.close());
    producer.observer.once('close', () => consumer.close());
    const follow = () => {
      (consumer.producerPaused ? producer.pause() : producer.resume()).catch(() => {
        // The track was closed in the meantime, so there is nothing to pause.
      });
    };
    consumer.on('producerpause', follow);
    consumer.on('producerresume', follow);
    if (consumer.closed) producer.close();
    else if (consumer.producerPaused !== paused) follow();
    if (kind === 'video' && !startsWithOneKeyFrame(original)) await this.start();
    return producer;
  }

  /** Lets media pass from now on, and requests key frames. Idempotent. */
  start(): Promise<void> {
    this.#started ??= this.#connect();
    return this.#started;
  }

  close(): void {
    this.#from.close();
  }

  async #connect(): Promise<void> {
    const portOf = ({ tuple }: types.PipeTransport) => tuple.localPort;
    const { ip } = LISTEN;
    await this.#to.connect({ ip, port: portOf(this.#from) });
    await this.#from.connect({ ip, port: portOf(this.#to) });
  }
}
