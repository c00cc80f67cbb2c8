import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const START_TIMEOUT_MS = 180_000;

/**
 * A benchmark process that follows instructions: it sends a message when it is ready, and then
 * answers each message with one message. Its output is hidden.
 */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  #url = '';
  #failure: Error | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.once('exit', (code, signal) => {
      this.#failure = new Error(`a process of the benchmark ended: ${signal ?? code}`);
    });
  }

  /** Resolves when the process is ready. The file can import only packages and built files. */
  static async start(
    file: string,
    {
      args = [],
      env = {},
      execArgv = [],
    }: { args?: string[]; env?: Record<string, string>; execArgv?: string[] } = {},
  ): Promise<MeasuredProcess> {
    const child = fork(join(import.meta.dirname, file), args, {
      execArgv,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const measured = new MeasuredProcess(child);
    const { url } = await measured.#next<{ url?: string }>(START_TIMEOUT_MS);
    measured.#url = url ?? '';
    return measured;
  }

  /** The URL of the process's server; empty if it has none. */
  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @param patienceMs the timeout of the answer */
  async ask<Answer>(question: object, patienceMs = 120_000): Promise<Answer> {
    const answer = this.#next<Answer>(patienceMs);
    this.#child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#failure) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #next<Answer>(patienceMs: number): Promise<Answer> {
    if (this.#failure) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs);
    const ended = () => reject(this.#failure ?? new Error('ended'));
    this.#child.once('exit', ended);
    this.#child.once('message', (answer) => resolve(answer as Answer));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#child.off('exit', ended);
    }
  }
}
