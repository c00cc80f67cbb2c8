import type { types } from 'mediasoup';

/**
 * Both ends are on this machine, so neither retransmissions nor encryption are needed. Lost packets
 * aren't resent, so key frames of several hundred packets must fit into the socket's buffer. Its
 * size is in bytes, and the kernel limits it (net.core.rmem_max).
 */
const LISTEN = { protocol: 'udp', ip: '127.0.0.1', recvBufferSize: 1_048_576 } as const;

/** The UDP ports of both ends, on the loopback address {@link LOOPBACK}. */
export type LoopbackPorts = Readonly<{ sender: number; receiver: number }>;

export const LOOPBACK = LISTEN.ip;

/**
 * Two transports on this machine, on different routers or on the same one. RTP passes from one
 * transport to the other over UDP.
 */
export class LoopbackPair {
  readonly from: types.PipeTransport;
  readonly to: types.PipeTransport;
  #connected: Promise<void> | null = null;
  #isReleased = false;

  private constructor(from: types.PipeTransport, to: types.PipeTransport) {
    this.from = from;
    this.to = to;
    from.observer.once('close', () => {
      if (!this.#isReleased) to.close();
    });
    to.observer.once('close', () => from.close());
    if (from.closed) to.close();
    if (to.closed) from.close();
  }

  static async open(from: types.Router, to: types.Router): Promise<LoopbackPair> {
    const [near, far] = await Promise.allSettled(
      [from, to].map((router) => router.createPipeTransport({ listenInfo: LISTEN })),
    );
    if (near?.status === 'fulfilled' && far?.status === 'fulfilled')
      return new LoopbackPair(near.value, far.value);
    for (const end of [near, far]) if (end?.status === 'fulfilled') end.value.close();
    throw near?.status === 'rejected' ? near.reason : far?.status === 'rejected' && far.reason;
  }

  get ports(): LoopbackPorts {
    return { sender: this.from.tuple.localPort, receiver: this.to.tuple.localPort };
  }

  /**
   * Lets media pass from now on. mediasoup requests a key frame of each video track at that moment.
   * Idempotent.
   */
  connect(): Promise<void> {
    this.#connected ??= this.#connect();
    return this.#connected;
  }

  /**
   * Closes only the sending end. Its port is free as soon as the worker has answered the next
   * request, and the receiving end accepts packets only from that port.
   */
  releaseSender(): void {
    this.#isReleased = true;
    this.from.close();
  }

  close(): void {
    this.to.close();
  }

  async #connect(): Promise<void> {
    const { sender, receiver } = this.ports;
    await this.to.connect({ ip: LOOPBACK, port: sender });
    await this.from.connect({ ip: LOOPBACK, port: receiver });
  }
}

/** Pauses a producer whenever the track that is sent to it is paused. */
export function followPauses(consumer: types.Consumer, producer: types.Producer): void {
  const follow = () => {
    (consumer.producerPaused ? producer.pause() : producer.resume()).catch(() => {
      // The track was closed in the meantime, so there is nothing to pause.
    });
  };
  consumer.on('producerpause', follow);
  consumer.on('producerresume', follow);
  if (consumer.producerPaused !== producer.paused) follow();
}
