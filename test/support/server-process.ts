import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { databaseImageFile } from './database-image.js';
import { freePort } from './free-port.js';
import { workerBin } from './worker-bin.js';

const READY = 'Onair is ready:';

/** The built service in a process of its own, with a database on disk: it can be killed and come back. */
export class ServerProcess {
  readonly url: string;
  readonly #env: Record<string, string>;
  readonly #dir: string;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, dir: string, env: Record<string, string>) {
    const { pathname } = new URL(env.PUBLIC_URL ?? 'http://localhost');
    this.url = `http://localhost:${port}${pathname.replace(/\/$/, '')}`;
    this.#dir = dir;
    const bin = workerBin();
    this.#env = {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(dir, 'data'),
      RTC_PORT: '0',
      RTC_WORKERS: '2',
      // Everybody in a test comes from one address.
      ADDRESS_LIMIT_FACTOR: '1000',
      LOG_LEVEL: 'info',
      ...(bin ? { MEDIASOUP_WORKER_BIN: bin } : {}),
      ...env,
    };
  }

  static async start(env: Record<string, string> = {}): Promise<ServerProcess> {
    const dir = await mkdtemp(join(tmpdir(), 'onair-server-'));
    const server = new ServerProcess(await freePort(), dir, env);
    // One of its own making takes 3 s.
    await unpack(await databaseImageFile(), join(dir, 'data', 'pg'));
    await server.start();
    return server;
  }

  /** The process of the service itself; its media workers are its children. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  /** What it has printed, to be shown by a test that fails. */
  get output(): string {
    return this.#output;
  }

  /** Starts it (again). Resolves when it serves; rejects with its output when it ends instead. */
  async start(): Promise<void> {
    const node = [process.execPath, '--enable-source-maps', 'dist/main.js'];
    // With the umask that nearly every machine has, whatever the tests' own is.
    const child = spawn('sh', ['-c', 'umask 022; exec "$@"', 'sh', ...node], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
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

  /** Ends it as a crash would (SIGKILL), or politely, and waits until it is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
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
