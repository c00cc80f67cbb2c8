import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { freePort } from './free-port.js';
import { TcpProxy } from './tcp-proxy.js';

const BUCKET = 'films';
/** The only credentials that the server accepts. */
const KEYS = Object.freeze({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' });

/** An S3-compatible server that checks signatures and can become unavailable. */
export class S3Server {
  readonly #server: S3rver;
  readonly #network: TcpProxy;
  readonly #folder: string;

  private constructor(server: S3rver, network: TcpProxy, folder: string) {
    this.#server = server;
    this.#network = network;
    this.#folder = folder;
  }

  /** @param address the address on which the server listens */
  static async start({ address = '127.0.0.1' } = {}): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-s3-'));
    const port = await freePort();
    const server = new S3rver({
      address: '127.0.0.1',
      port,
      silent: true,
      directory: folder,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
    await server.run();
    return new S3Server(server, await TcpProxy.to(`http://127.0.0.1:${port}`, address), folder);
  }

  /** The configuration for a store. */
  get options() {
    const endpoint = this.#network.url;
    const place = { bucket: BUCKET, endpoint, region: 'us-east-1', prefix: 'onair/' };
    return { ...place, credentials: KEYS, forcePathStyle: true };
  }

  /** The configuration for the service. */
  get env(): Record<string, string> {
    return {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: this.options.endpoint,
      S3_ACCESS_KEY_ID: KEYS.accessKeyId,
      S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      S3_PREFIX: 'onair',
    };
  }

  /** `silent`: as if a cable had been pulled; `refusing`: connections are refused. */
  goAway(how: 'refusing' | 'silent' = 'refusing'): void {
    if (how === 'silent') this.#network.pull();
    else this.#network.goDown();
  }

  comeBack(): void {
    this.#network.cut();
    this.#network.comeBack();
  }

  async close(): Promise<void> {
    await this.#network.close();
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
