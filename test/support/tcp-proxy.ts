import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

type Pair = { client: Socket; server: Socket };

/** A network between a client and a server that can be cut, or go silent as if a cable was pulled. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #target: number;
  #isOpen = true;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(url).port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Connections that are open. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Where new connections go: a server that was started again. */
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

  /** No bytes go through the present connections any more, and nobody is told. */
  freeze(): void {
    for (const { client, server } of this.#pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
    }
  }

  /** What was frozen goes on, and nothing of it was lost. */
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

  /** As a pulled cable: present connections go silent, new ones are not to be had. */
  pull(): void {
    this.freeze();
    this.#isOpen = false;
  }

  comeBack(): void {
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
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
