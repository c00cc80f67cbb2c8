import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Splits what arrives into lines, and keeps them until they are asked for. */
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

  /** @param maxLength of one line and of all waiting ones, in characters; more ends the input */
  constructor(input: Readable, maxLength: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#markEnded = resolve;
    this.#input = input;
    this.#maxLength = maxLength;
    input.on('data', (chunk: Buffer) => this.#take(chunk));
    for (const event of ['end', 'close', 'error']) input.on(event, () => this.end());
  }

  /** When anything last arrived, on the clock of `performance.now`. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Resolves with the next line; with null at the end. One caller at a time. */
  async next(): Promise<string | null> {
    while (this.#lines.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    const line = this.#hasEnded ? undefined : this.#lines.shift();
    this.#length -= line?.length ?? 0;
    return line ?? null;
  }

  /** Ends the input at once; lines that wait are dropped. */
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
    // The line feeds.
    this.#length -= lines.length;
    // An empty line only shows that the other end is there.
    this.#lines.push(...lines.filter((line) => line !== ''));
    if (this.#lines.length > 0) this.#wake();
  }
}
