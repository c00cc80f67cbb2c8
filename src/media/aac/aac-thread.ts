import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../common/logger.js';
import type { AacCommand, AacOrder, AacReport, OpusPackets } from './aac-messages.js';

/**
 * A thread that takes longer than this for one message is stuck. Encoding runs at 20 times real
 * time.
 */
const HANG_MS = 10_000;
/** An idle thread exits after this time. Starting a new one takes a tenth of a second. */
const IDLE_MS = 30_000;
/** The JavaScript code needs little memory; the libraries allocate their own. */
const YOUNG_GENERATION_MB = 4;

/** Receives a stream's frames. No method is called after `finished` or `failed`. */
export type AacTaker = Readonly<{
  /** Consecutive frames, the first at `baseTicks`. */
  framesEncoded(baseTicks: number, frames: readonly Uint8Array[]): void;
  finished(): void;
  /**
   * The thread died, or the stream can't continue. The input that isn't encoded yet has to be fed
   * to a new stream.
   */
  failed(reason: string): void;
}>;

/** Converts Opus to AAC, in the order in which packets are fed. */
export interface AacStream {
  feed(packets: OpusPackets): void;
  /** Ends the input; {@link AacTaker.finished} follows when everything is encoded. */
  finish(): void;
  /** Stops at once, without calling the taker. Safe to call twice. */
  close(): void;
}

/**
 * The worker thread that encodes AAC for all broadcasts. It is started on demand, and replaced if
 * it dies.
 */
export class AacThread {
  readonly #log: Log;
  readonly #streams = new Map<number, OpenStream>();
  #nextStream = 0;
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param fromTicks the start of the first frame; earlier input is decoded but not encoded */
  open(fromTicks: number, taker: AacTaker): AacStream {
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const id = this.#nextStream;
    this.#nextStream += 1;
    const send = (order: AacOrder) =>
      this.#worker?.postMessage({ ...order, stream: id } satisfies AacCommand);
    const stream = new OpenStream(taker, {
      send,
      hung: () => this.#stop(),
      closed: () => this.#forget(id),
    });
    this.#streams.set(id, stream);
    send({ type: 'open', fromTicks });
    return stream;
  }

  /** Ends the thread. Open streams fail. */
  close(): void {
    clearTimeout(this.#idle);
    this.#stop();
  }

  #start(): Worker {
    const worker = new Worker(
      new URL(`./aac.worker${extname(import.meta.url)}`, import.meta.url),
      // The decoder logs every packet it cannot decode, and anyone can send such packets.
      { stderr: true, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } },
    );
    worker.stderr.resume();
    worker.unref();
    worker.on('message', (report: AacReport) => this.#streams.get(report.stream)?.take(report));
    worker.on('error', (err) => this.#log.warn({ err }, 'the AAC thread failed'));
    worker.on('exit', () => this.#lost(worker));
    return worker;
  }

  #stop(): void {
    const worker = this.#worker;
    if (!worker) return;
    this.#lost(worker);
    worker
      .terminate()
      .catch((err: unknown) => this.#log.error({ err }, 'the AAC thread could not be stopped'));
  }

  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const stream of this.#streams.values()) stream.lost();
  }

  #forget(id: number): void {
    this.#streams.delete(id);
    if (this.#streams.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stop(), IDLE_MS).unref();
  }
}

type Lines = Readonly<{
  send(order: AacOrder): void;
  hung(): void;
  closed(): void;
}>;

class OpenStream implements AacStream {
  readonly #taker: AacTaker;
  readonly #lines: Lines;
  /** The number of unacknowledged messages. */
  #unanswered = 0;
  #patience: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(taker: AacTaker, lines: Lines) {
    this.#taker = taker;
    this.#lines = lines;
  }

  feed(packets: OpusPackets): void {
    this.#ask({ type: 'feed', packets });
  }

  finish(): void {
    this.#ask({ type: 'finish' });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    this.#lines.send({ type: 'close' });
    this.#lines.closed();
  }

  take(report: AacReport): void {
    if (this.#closed) return;
    if (report.type === 'frames') {
      this.#taker.framesEncoded(report.baseTicks, split(report));
      return;
    }
    this.#unanswered -= 1;
    this.#wait();
    if (report.type === 'fed') return;
    this.close();
    if (report.type === 'finished') this.#taker.finished();
    else this.#taker.failed(report.message);
  }

  lost(): void {
    if (this.#closed) return;
    this.close();
    this.#taker.failed('the AAC thread died');
  }

  #ask(order: AacOrder): void {
    if (this.#closed) return;
    this.#unanswered += 1;
    if (this.#unanswered === 1) this.#wait();
    this.#lines.send(order);
  }

  #wait(): void {
    clearTimeout(this.#patience);
    if (this.#unanswered > 0)
      this.#patience = setTimeout(() => this.#lines.hung(), HANG_MS).unref();
  }
}

function split(frames: { bytes: Uint8Array; lengths: Uint32Array }): Uint8Array[] {
  let offset = 0;
  return Array.from(frames.lengths, (length) => {
    offset += length;
    return frames.bytes.subarray(offset - length, offset);
  });
}
