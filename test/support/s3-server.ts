import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { freePort } from './free-port.js';
import { TcpProxy } from './tcp-proxy.js';

const BUCKET = 'films';
/** The only one that it knows. */
const KEYS = Object.freeze({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' });

/** A server that speaks S3's protocol, checks signatures, and can be away. */
export class S3Server {
  readonly #server: S3rver;
  readonly #network: TcpProxy;
  readonly #folder: string;

  private constructor(server: S3rver, network: TcpProxy, folder: string) {
    this.#server = server;
    this.#network = network;
    this.#folder = folder;
  }

  static async start(): Promise<S3Server> {
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
    return new S3Server(server, await TcpProxy.to(`http://127.0.0.1:${port}`), folder);
  }

  /** What a store is told of it. */
  get options() {
    const endpoint = this.#network.url;
    const place = { bucket: BUCKET, endpoint, region: 'us-east-1', prefix: 'onair/' };
    return { ...place, credentials: KEYS, forcePathStyle: true };
  }

  /** What the service is told of it. */
  get env(): Record<string, string> {
    return {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: this.options.endpoint,
      S3_ACCESS_KEY_ID: KEYS.accessKeyId,
      S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      S3_PREFIX: 'onair',
    };
  }

  /** `silent`: as if a cable was pulled; else connections are refused. */
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
