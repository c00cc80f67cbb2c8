import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Splits the input into lines, and holds them until they are read. */
export class LineInput {
  readonly #input: Readable;
  readonly #maxLength: number;
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  #rest = '';
  #length = 0;
  readonly ended: Promise<void>;
  readonly #markEnded: () => void;
  #hasEnded = false;
  #heardAtMs = performance.now();
  #wake: () => void = () => undefined;

  /**
   * @param maxLength the maximum length of a line, and of all waiting lines together, in
   *   characters; more ends the input
   */
  constructor(input: Readable, maxLength: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#markEnded = resolve;
    this.#input = input;
    this.#maxLength = maxLength;
    input.on('data', (chunk: Buffer) => this.#take(chunk));
    for (const event of ['end', 'close', 'error']) input.on(event, () => this.end());
  }

  /** The time at which data last arrived, on the `performance.now` clock. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Resolves with the next line; with null at the end. Only one caller can wait at a time. */
  async next(): Promise<string | null> {
    while (this.#lines.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    const line = this.#hasEnded ? undefined : this.#lines.shift();
    this.#length -= line?.length ?? 0;
    return line ?? null;
  }

  /** Ends the input at once; waiting lines are dropped. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#input.destroy();
    this.#markEnded();
    this.#wake();
  }

  #take(chunk: Buffer): void {
    this.#heardAtMs = performance.now();
    const text = this.#decoder.write(chunk);
    this.#length += text.length;
    if (this.#length > this.#maxLength) return this.end();
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    // The line feeds have been removed.
    this.#length -= lines.length;
    // An empty line only shows that the other end is alive.
    this.#lines.push(...lines.filter((line) => line !== ''));
    if (this.#lines.length > 0) this.#wake();
  }
}
