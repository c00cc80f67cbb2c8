import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LineProgram } from './line-program.js';
import { CannotRun } from './row.js';

const run = promisify(execFile);

/** A program of bench/baseline, compiled into a temporary folder. */
export class CProgram {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, 'program');
  }

  /**
   * @param parts names of other files of bench/baseline that belong to the program
   * @throws {CannotRun} if the compiler or the headers of the libraries are missing
   */
  static async compile(
    name: string,
    libraries: readonly string[],
    parts: readonly string[] = [],
  ): Promise<CProgram> {
    const program = new CProgram(await mkdtemp(join(tmpdir(), 'onair-bench-')));
    const sources = [name, ...parts].map((one) =>
      join(import.meta.dirname, 'baseline', `${one}.c`),
    );
    const link = libraries.map((library) => `-l${library}`);
    try {
      await run('cc', ['-O2', '-o', program.#path, ...sources, ...link]);
    } catch (cause) {
      await program.remove();
      throw new CannotRun(
        `The baseline ${name}.c can't be compiled here: it needs a C compiler and OpenSSL's headers ` +
          '(on Debian: apt-get install gcc libc6-dev libssl-dev).',
        { cause },
      );
    }
    return program;
  }

  /** Starts the program on one core; it answers each line of input with one line. */
  startOnCore(core: string, args: readonly (string | number)[]): LineProgram {
    return new LineProgram('taskset', ['-c', core, this.#path, ...args]);
  }

  /** Runs the program to its end; resolves with its output. */
  async run(args: readonly (string | number)[]): Promise<string> {
    const { stdout } = await run(this.#path, args.map(String));
    return stdout;
  }

  /** Starts the program, which answers each line of input with one line. */
  start(args: readonly (string | number)[]): ChildProcessWithoutNullStreams {
    return spawn(this.#path, args.map(String));
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
