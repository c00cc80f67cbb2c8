import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { probeBytes, type ReadStream } from './ffmpeg-reader.js';
import { freePort } from './free-port.js';

const nginx = process.env.NGINX_BIN ?? '';
const rtmpModule = process.env.NGINX_RTMP_MODULE ?? '';

/** Whether nginx and its RTMP module are available. */
export const hasNginxRtmp: boolean = nginx !== '' && rtmpModule !== '';

/** More than the descriptions and the first key frame of any test film. */
const SOME_BYTES = 50_000;

/** nginx as an RTMP server that checks stream keys and stores what it receives. */
export class NginxRtmp {
  /** Decides which stream keys are accepted. */
  accepts: (key: string) => boolean = () => true;
  readonly port: number;
  readonly #folder: string;
  readonly #keys: Server;
  #child: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.#keys = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        response.writeHead(this.accepts(form.get('name') ?? '') ? 200 : 403).end();
      });
    });
  }

  static async create(): Promise<NginxRtmp> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-nginx-rtmp-'));
    const server = new NginxRtmp(await freePort(), folder);
    server.#keys.listen(0, '127.0.0.1');
    await once(server.#keys, 'listening');
    await writeFile(join(folder, 'nginx.conf'), server.#configuration());
    return server;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${this.port}/live`;
  }

  /** Starts nginx; resolves when it listens. */
  async start(): Promise<void> {
    const args = ['-p', this.#folder, '-c', 'nginx.conf', '-e', 'stderr'];
    this.#child = spawn(nginx, args, { stdio: 'ignore' });
    await vi.waitUntil(() => this.#listens(), { timeout: 20_000 });
  }

  /** Kills nginx as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Resolves when the newest of `connections` connections with this key has sent some media. */
  async receives(key: string, connections = 1): Promise<void> {
    await vi.waitUntil(
      async () => ((await this.#recorded(key))[connections - 1]?.length ?? 0) > SOME_BYTES,
      {
        timeout: 60_000,
        interval: 100,
      },
    );
  }

  /** Returns what arrived on each connection with this key, in order. */
  async received(key: string): Promise<ReadStream[][]> {
    return Promise.all((await this.#recorded(key)).map((bytes) => probeBytes(bytes)));
  }

  async #recorded(key: string): Promise<Buffer[]> {
    const files = (await readdir(this.#folder)).filter((file) => file.startsWith(`${key}-`));
    return Promise.all(files.toSorted().map((file) => readFile(join(this.#folder, file))));
  }

  async close(): Promise<void> {
    await this.kill();
    this.#keys.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #listens(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    const connected = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    return connected.finally(() => socket.destroy());
  }

  #configuration(): string {
    const { port } = this.#keys.address() as AddressInfo;
    return `
load_module ${rtmpModule};
daemon off;
master_process off;
pid ${this.#folder}/pid;
error_log stderr warn;
events { worker_connections 64; }
rtmp {
  server {
    listen 127.0.0.1:${this.port};
    application live {
      live on;
      record all;
      record_path ${this.#folder};
      record_unique on;
      on_publish http://127.0.0.1:${port}/;
    }
  }
}
`;
  }
}
