import type { Writable } from 'node:stream';
import type { LineInput } from './line-input.js';
import type { NodeStream } from './node-calls.js';

/** The interval at which each end proves that it is alive. */
const BEAT_MS = 500;
/** How long the other end may be silent. A busy event loop can delay several beats. */
const SILENCE_MAX_MS = 2_000;
/** The maximum amount of unread data, in bytes. */
const UNSENT_MAX = 1_048_576;

/**
 * One end of a stream between nodes: lines of JSON in the bodies of an HTTP request and its
 * response. A closed socket ends the stream at once. If the network fails without notice, silence
 * ends it.
 */
export class HttpStream implements NodeStream {
  readonly closed: Promise<void>;
  readonly #input: LineInput;
  readonly #markClosed: () => void;
  #output: Writable | null = null;
  /** The messages that were sent before {@link begin}. */
  #early: string[] = [];
  #beat: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(input: LineInput) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#markClosed = resolve;
    this.#input = input;
    void input.ended.then(() => this.close());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends the waiting messages, and expects signs of life from now on. */
  begin(output: Writable): void {
    this.#output = output;
    for (const event of ['close', 'error']) output.on(event, () => this.close());
    for (const line of this.#early.splice(0)) output.write(line);
    this.#beat = setInterval(() => this.#tick(), BEAT_MS);
  }

  send(message: unknown): void {
    if (this.#isClosed) return;
    const line = `${JSON.stringify(message)}\n`;
    if (this.#output) this.#write(this.#output, line);
    else this.#early.push(line);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    try {
      for (;;) {
        const line = await this.#input.next();
        if (line === null) return;
        yield JSON.parse(line);
      }
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#input.end();
    this.#output?.destroy();
    this.#markClosed();
  }

  #tick(): void {
    if (performance.now() - this.#input.heardAtMs > SILENCE_MAX_MS) this.close();
    else if (this.#output) this.#write(this.#output, '\n');
  }

  #write(output: Writable, line: string): void {
    output.write(line);
    if (output.writableLength > UNSENT_MAX) this.close();
  }
}
