import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { cpuUsOf } from './process-cpu.js';
import { freePort } from '../test/support/free-port.js';
import { CannotRun } from './row.js';

const RETRY_MS = 50;
const ATTEMPTS = 100;

/**
 * Single-process nginx with Debian's default settings but no access log: a plain file server as the
 * baseline.
 */
export class Nginx {
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#child = child;
  }

  /** @throws {CannotRun} if nginx is missing */
  static async start(): Promise<Nginx> {
    const program = process.env.NGINX_BIN ?? '/usr/sbin/nginx';
    if (program === '') throw new CannotRun('nginx is not installed.');
    const folder = await mkdtemp(join(tmpdir(), 'onair-nginx-'));
    const port = await freePort();
    await writeFile(join(folder, 'nginx.conf'), configuration(port, folder));
    const child = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const failed = once(child, 'error').then(([cause]) => {
      throw new CannotRun('nginx is not installed.', { cause });
    });
    const nginx = new Nginx(port, folder, child);
    await Promise.race([nginx.#answers(), failed]);
    return nginx;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Serves a body at a path. If it is text, a gzipped copy is served to clients that accept it. */
  async put(path: string, body: Uint8Array | string): Promise<void> {
    const file = join(this.#folder, 'files', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, body);
    if (typeof body === 'string') await writeFile(`${file}.gz`, gzipSync(body));
  }

  /** Returns nginx's CPU time so far, in microseconds. */
  cpuUs(): Promise<number> {
    return cpuUsOf(this.pid);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS && this.#child.exitCode === null; attempt += 1) {
      const response = await fetch(this.url).catch(() => null);
      if (response) return;
      await pause(RETRY_MS);
    }
    throw new Error(`nginx didn't answer within ${(ATTEMPTS * RETRY_MS) / 1_000} s`);
  }
}

function configuration(port: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  gzip_static on;
  keepalive_requests 100000000;
  types { video/mp4 m4s; application/vnd.apple.mpegurl m3u8; }
  ${temporary.map((name) => `${name}_temp_path ${folder};`).join('\n  ')}
  server { listen 127.0.0.1:${port} backlog=4096; root ${folder}/files; }
}
`;
}
