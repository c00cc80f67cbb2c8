import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

type Pair = { client: Socket; server: Socket };

/**
 * A network between a client and a server. It can be cut, or go silent as if a cable had been
 * pulled.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #target: number;
  #isOpen = true;
  #resets = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param address the address to which clients connect */
  static async to(url: string, address = '127.0.0.1'): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(url).port));
    proxy.#server.listen(0, address);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** The number of open connections. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Redirects new connections, for example to a restarted server. */
  redirect(url: string): void {
    this.#target = Number(new URL(url).port);
  }

  /** Breaks all connections. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Stops all data on open connections without closing them. */
  freeze(): void {
    for (const { client, server } of this.#pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
    }
  }

  /** Resumes frozen connections; no data is lost. */
  thaw(): void {
    for (const { client, server } of this.#pairs) {
      client.pipe(server);
      server.pipe(client);
    }
  }

  /** Breaks all connections and refuses new ones. */
  goDown(): void {
    this.#isOpen = false;
    this.cut();
  }

  /** Like {@link goDown}, but clients receive a TCP reset, both now and when they connect. */
  reset(): void {
    this.#isOpen = false;
    this.#resets = true;
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Acts like a pulled cable: open connections go silent, and new ones are impossible. */
  pull(): void {
    this.freeze();
    this.#isOpen = false;
  }

  comeBack(): void {
    this.#isOpen = true;
    this.#resets = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#resets) return void client.resetAndDestroy();
    if (!this.#isOpen) return void client.destroy();
    const server = connect(this.#target, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
