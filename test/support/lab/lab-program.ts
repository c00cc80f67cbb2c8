import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { LabHost, LabNetwork } from './lab-network.js';

type Start = Readonly<{
  command: readonly string[];
  /** The program's whole environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** The program is ready when a line of its output contains this. */
  ready: string;
  cwd?: string;
}>;

/** A program on a host in the lab. It can be killed, suspended and restarted. */
export class LabProgram {
  #child: ChildProcess | null = null;
  #output = '';

  constructor(
    private readonly network: LabNetwork,
    readonly host: LabHost,
    private readonly options: Start,
  ) {}

  /** The output since the first start, shown if a test fails. */
  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.host.name} is not running`);
    return pid;
  }

  /** Resolves when the program is ready; rejects with its output if it exits first. */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const { command, env, ready, cwd } = this.options;
    const child = this.network.spawn(this.host, command, {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          this.#output += `${line}\n`;
          if (line.includes(ready)) resolve();
        });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`${command.join(' ')} ended (${code ?? signal}):\n${this.#output}`)),
    );
    await promise;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Sends a signal, SIGKILL by default, and waits until the program has exited. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isRunning) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
