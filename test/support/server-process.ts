import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { allocatorSettings, SERVER_FLAGS } from '../../scripts/set-up/server-flags.mjs';
import { emptyDatabaseImage, migratedDatabaseImage } from './database-image.js';
import { freePort } from './free-port.js';
import { workerBin } from './worker-bin.js';

const READY = 'Onair is ready:';
/** The program that `npm start` runs. */
const PROGRAM = 'dist/bundle/main.js';

type Options = {
  env: Record<string, string>;
  /** Whether it leads its own process group, like a program started in a terminal. */
  ownGroup?: boolean;
  /** The folder of another build; null for this one. */
  folder?: string | null;
};

/**
 * The built service as a separate process with a database on disk. It can be killed and restarted.
 */
export class ServerProcess {
  readonly url: string;
  readonly #env: Record<string, string>;
  readonly #dir: string;
  #child: ChildProcess | undefined;
  #output = '';
  readonly #ownGroup: boolean;
  readonly #folder: string | null;

  private constructor(port: number, dir: string, { env, ownGroup, folder }: Required<Options>) {
    this.#ownGroup = ownGroup;
    this.#folder = folder;
    const { pathname } = new URL(env.PUBLIC_URL ?? 'http://localhost');
    this.url = `http://localhost:${port}${pathname.replace(/\/$/, '')}`;
    this.#dir = dir;
    const bin = workerBin();
    this.#env = {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(dir, 'data'),
      RTC_PORT: '0',
      RTMP_PORT: '0',
      SRT_PORT: '0',
      TRANSCODE: 'off',
      RTC_WORKERS: '2',
      // All clients of a test share one address.
      ADDRESS_LIMIT_FACTOR: '1000',
      LOG_LEVEL: 'info',
      ...(bin ? { MEDIASOUP_WORKER_BIN: bin } : {}),
      ...env,
    };
  }

  static async start(
    env: Record<string, string> = {},
    { ownGroup = false, folder = null }: Omit<Options, 'env'> = {},
  ): Promise<ServerProcess> {
    const dir = await mkdtemp(join(tmpdir(), 'onair-server-'));
    const server = new ServerProcess(await freePort(), dir, { env, ownGroup, folder });
    // Creating a new database takes 3 s.
    const image = folder === null ? migratedDatabaseImage : emptyDatabaseImage;
    await unpack(await image(), join(dir, 'data', 'pg'));
    await server.start();
    return server;
  }

  /** The process id of the service itself; its media workers are its children. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the server is not running');
    return pid;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** The output so far, shown if a test fails. */
  get output(): string {
    return this.#output;
  }

  /**
   * Starts or restarts the service. Resolves when it accepts requests; rejects with its output if
   * it exits.
   */
  async start(): Promise<void> {
    // Older builds have no bundle.
    const isBundled = existsSync(join(this.#folder ?? '.', PROGRAM));
    const node = [process.execPath, ...SERVER_FLAGS, isBundled ? PROGRAM : 'dist/main.js'];
    // Sets the usual umask, because the tests' own may differ.
    const child = spawn('sh', ['-c', 'umask 022; exec "$@"', 'sh', ...node], {
      env: { ...allocatorSettings(), ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: this.#ownGroup,
      ...(this.#folder === null ? {} : { cwd: this.#folder }),
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          this.#output += `${line}\n`;
          if (line.startsWith(READY)) resolve();
        });
      child.once('exit', (code) => reject(new Error(`ended (${code}):\n${this.#output}`)));
    });
  }

  /** Sends a signal to the service alone, or to its whole process group. */
  signal(signal: NodeJS.Signals, to: 'process' | 'group' = 'process'): void {
    if (to === 'group' && !this.#ownGroup) throw new Error('the group is shared with the tests');
    process.kill(to === 'group' ? -this.pid : this.pid, signal);
  }

  /** Resolves with the exit code once the process has exited, or null if a signal ended it. */
  async exited(): Promise<number | null> {
    const child = this.#child;
    if (!child) throw new Error('the server was not started');
    if (this.isRunning) await once(child, 'exit');
    return child.exitCode;
  }

  /** Returns the process ids of the service's media workers. */
  async workers(): Promise<number[]> {
    const { pid } = this;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const pids = children.trim().split(' ').map(Number);
    const names = await Promise.all(pids.map((child) => readFile(`/proc/${child}/comm`, 'utf8')));
    return pids.filter((_pid, index) => names[index]?.startsWith('mediasoup'));
  }

  /** Stops the service, by default as a crash would (SIGKILL), and waits until it has exited. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async close(): Promise<void> {
    await this.kill('SIGTERM');
    await rm(this.#dir, { recursive: true, force: true });
  }
}

async function unpack(image: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await promisify(execFile)('tar', ['--extract', '--file', image, '--directory', dir]);
}
