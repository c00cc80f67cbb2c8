import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that answers each line of its input with one line, and exits when its input ends. */
export class LineProgram {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly (string | number)[]) {
    this.#process = spawn(command, args.map(String));
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  ask(instruction: string): Promise<string> {
    this.#process.stdin.write(`${instruction}\n`);
    return this.next();
  }

  /** Resolves with the next line, for programs that print a line when they start. */
  async next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#process.spawnfile} ended`);
    return value;
  }

  stop(): void {
    this.#process.kill();
  }
}
