import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The maximum number of output lines to keep; the oldest are dropped. */
const KEPT_LINES = 400;
/** The time that a program has to exit after a signal. */
const END_MS = 10_000;

export type ProgramOptions = Readonly<{
  env?: Readonly<Record<string, string>>;
  cwd?: string;
}>;

/** A program in its own process group. The group is killed if the program doesn't exit in time. */
export class Program {
  readonly name: string;
  readonly ended: Promise<number | null>;
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #isOver = false;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#keep(line));
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#keep(error.message);
        this.#isOver = true;
        resolve(null);
      });
      child.once('exit', (code) => {
        this.#isOver = true;
        resolve(code);
      });
    });
  }

  static start(
    command: string,
    args: readonly string[],
    { env = {}, cwd }: ProgramOptions = {},
  ): Program {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
    return new Program(command, child);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The latest output. */
  get output(): string {
    return this.lines.join('\n');
  }

  /** Resolves with the exit code. If the program is late, kills it and resolves with null. */
  async endWithin(ms: number): Promise<number | null> {
    const code = await Promise.race([this.ended, timeOut(ms)]);
    if (!this.#isOver) await this.stop('SIGKILL');
    return code;
  }

  /** Sends a signal, Ctrl+C by default, and waits until the program exits. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (this.#isOver) return;
    this.#signal(signal);
    await Promise.race([this.ended, timeOut(END_MS)]);
    if (this.#isOver) return;
    this.#signal('SIGKILL');
    await this.ended;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The program has ended meanwhile.
    }
  }

  #keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }
}

async function timeOut(ms: number): Promise<null> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
  return null;
}
