import type { types } from 'mediasoup';
import { startsWithOneKeyFrame } from './key-frame-order.js';
import { followPauses, LoopbackPair } from './loopback-pair.js';

/**
 * Carries tracks from a router to a router on another worker of this node.
 *
 * mediasoup requests a key frame of each track when a pipe is connected. If that key frame arrived
 * before the first viewer was ready, the viewer would need another one, which can take up to half a
 * second because requests are limited. The pipe is therefore connected when its first viewer is
 * ready, unless that viewer would then start with a low simulcast layer.
 */
export class LocalPipe {
  readonly #pair: LoopbackPair;

  private constructor(pair: LoopbackPair) {
    this.#pair = pair;
  }

  static async open(from: types.Router, to: types.Router): Promise<LocalPipe> {
    return new LocalPipe(await LoopbackPair.open(from, to));
  }

  /** Adds a track. Resolves with the track in the other router, which closes with the original. */
  async add(original: types.Producer): Promise<types.Producer> {
    const { from, to } = this.#pair;
    const consumer = await from.consume({ producerId: original.id });
    const { kind, rtpParameters, producerPaused: paused } = consumer;
    const { appData } = original;
    const producer = await to.produce({ kind, rtpParameters, paused, appData });
    consumer.observer.once('close', () => producer.close());
    producer.observer.once('close', () => consumer.close());
    if (consumer.closed) producer.close();
    else followPauses(consumer, producer);
    if (kind === 'video' && !startsWithOneKeyFrame(original)) await this.start();
    return producer;
  }

  /** Lets media pass from now on, and requests key frames. Idempotent. */
  start(): Promise<void> {
    return this.#pair.connect();
  }

  close(): void {
    this.#pair.close();
  }
}
