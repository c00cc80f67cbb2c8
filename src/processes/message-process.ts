import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex, Readable, Writable } from 'node:stream';
import { limitScript, type ProcessLimits } from '../common/limit-script.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { childEnvironment } from '../config/child-environment.js';
import type { PythonCommand } from './find-python-program.js';

/** The number of characters that are kept from the end of the error output. */
const STDERR_MAX = 2_000;

type Options = Readonly<{
  command: PythonCommand;
  /** The program's name in the log, such as `mixer`. */
  name: string;
  limits: ProcessLimits;
  log: Log;
}>;

/**
 * A child process that exchanges messages with the Node process: JSON objects, one per line, on its
 * standard input and output. It exits by itself when the Node process ends.
 */
export class MessageProcess {
  readonly #emitter = new TypedEmitter<{ message: [unknown]; closed: [] }>();
  /**
   * `message`: the process wrote a line; null if it isn't JSON. `closed`: the process has ended or is
   * about to.
   */
  readonly events = this.#emitter.listenable;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #log: Log;
  #stderr = '';
  #closed = false;

  /** @throws {Error} if the system has no more processes or file descriptors */
  constructor({ command: { program, args }, name, limits, log }: Options) {
    this.#name = name;
    this.#child = spawn('/bin/sh', ['-c', limitScript(limits), name, program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: childEnvironment(),
      // As for media workers, signals to this server's process group don't reach it.
      detached: true,
    });
    this.#log = log.child({ pid: this.#child.pid });
    // Without file descriptors, Node creates no streams, and emits the error later.
    this.#child.once('error', (err) => {
      this.#log.error({ err }, `the ${this.#name} can’t be started`);
      this.close();
    });
    const [stdin, stdout, stderr] = streamsOf(this.#child);
    this.#stdin = stdin;
    this.#follow(stdout, stderr);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The end of the process's error output. */
  get complaint(): string {
    return this.#stderr.trim();
  }

  /** A byte stream to and from the process, which uses file descriptor 3 for it. */
  get bytes(): Duplex {
    return this.#child.stdio[3] as Duplex;
  }

  send(message: object): void {
    if (!this.#closed) this.#stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends the process. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Nothing has to be finished, and a process that hangs wouldn't end otherwise.
    this.#child.kill('SIGKILL');
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  #follow(stdout: Readable, stderr: Readable): void {
    const child = this.#child;
    createInterface({ input: stdout }).on('line', (line) => {
      if (!this.#closed) this.#emitter.emit('message', parse(line));
    });
    stderr.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString()}`.slice(-STDERR_MAX);
    });
    // A process that has ended no longer reads.
    for (const stream of [this.#stdin, this.bytes]) stream.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      if (this.#closed) return;
      this.#log.warn({ code, signal, stderr: this.complaint }, `the ${this.#name} has ended`);
      this.close();
    });
  }
}

/** @throws {Error} if the process has none */
function streamsOf({ stdio }: ChildProcess): [Writable, Readable, Readable] {
  const [stdin, stdout, stderr] = (stdio as ChildProcess['stdio'] | undefined) ?? [];
  if (!stdin || !stdout || !stderr) throw new Error('no file descriptors are left');
  return [stdin, stdout, stderr];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
