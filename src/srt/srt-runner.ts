import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import { findPythonProgram, type PythonCommand } from '../processes/find-python-program.js';
import { SrtProcess } from './srt-process.js';

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 8_000;
/** A process that has run for this long is considered to be working. */
const WORKS_AFTER_MS = 30_000;

/** Keeps the SRT program running, for everything that sends or receives over SRT. */
@Injectable()
export class SrtRunner implements OnApplicationShutdown {
  readonly #emitter = new TypedEmitter<{ started: [SrtProcess] }>();
  /** `started`: the program is running, for the first time or again. */
  readonly events = this.#emitter.listenable;
  readonly #log: Log;
  #command: Promise<PythonCommand | null> | null = null;
  #process: SrtProcess | null = null;
  #startedMs = 0;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'srt' });
  }

  /** The running process; null if there currently is none. */
  get process(): SrtProcess | null {
    return this.#process;
  }

  /**
   * Starts the program, and restarts it whenever it ends. Idempotent. Resolves to false if Python
   * or libsrt is missing, which is logged.
   */
  async start(): Promise<boolean> {
    this.#command ??= this.#find();
    const command = await this.#command;
    if (command === null || this.#stopped) return false;
    if (this.#process === null && this.#retry === undefined) this.#run(command);
    return true;
  }

  onApplicationShutdown(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#process?.close();
  }

  async #find(): Promise<PythonCommand | null> {
    const { command, ...found } = await findPythonProgram('srt', this.config.srt.pythonBin);
    if ('version' in found) this.#log.info(`SRT uses ${found.version}`);
    else
      this.#log.warn(
        `SRT is off, because Python 3 or libsrt is missing (${found.complaint}). On Debian and ` +
          'Ubuntu, install python3 and libsrt1.5-gnutls, then restart. SRT_PORT=0 turns SRT off.',
      );
    return command;
  }

  #run(command: PythonCommand): void {
    this.#retry = undefined;
    this.#startedMs = performance.now();
    let process: SrtProcess;
    try {
      process = new SrtProcess(command, this.#log);
    } catch (err) {
      this.#log.error({ err }, 'the SRT program can’t be started');
      return this.#ended(command);
    }
    this.#process = process;
    process.events.on('closed', () => this.#ended(command));
    this.#emitter.emit('started', process);
  }

  #ended(command: PythonCommand): void {
    this.#process = null;
    if (this.#stopped) return;
    if (performance.now() - this.#startedMs > WORKS_AFTER_MS) this.#failures = 0;
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#log.warn({ delayMs }, 'restarting the SRT program');
    this.#retry = setTimeout(() => this.#run(command), delayMs);
  }
}
