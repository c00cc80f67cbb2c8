import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

  /** @throws {CannotRun} if the compiler or the headers of the libraries are missing */
  static async compile(name: string, libraries: readonly string[]): Promise<CProgram> {
    const program = new CProgram(await mkdtemp(join(tmpdir(), 'onair-bench-')));
    const source = join(import.meta.dirname, 'baseline', `${name}.c`);
    const link = libraries.map((library) => `-l${library}`);
    try {
      await run('cc', ['-O2', '-o', program.#path, source, ...link]);
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

  /** Runs the program to its end; resolves with its output. */
  async run(args: readonly (string | number)[]): Promise<string> {
    const { stdout } = await run(this.#path, args.map(String));
    return stdout;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
