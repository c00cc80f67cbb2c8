import { once } from 'node:events';
import {
  createServer,
  request as ask,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const ELSEWHERE = 'Another service on this host.';

/**
 * A reverse proxy that maps one path of its host to a service, as nginx's `location /live/` does,
 * without changing paths. All other requests belong to another service and are recorded.
 */
export class PathProxy {
  /** Paths that were requested outside the base, from the other service. */
  readonly strays: string[] = [];
  readonly #base: string;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #target = '';

  private constructor(base: string) {
    this.#base = base;
    this.#server = createServer((request, response) => this.#pass(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Starts to listen before the service starts, because the service has to know its public URL. */
  static async listen(base: string): Promise<PathProxy> {
    const proxy = new PathProxy(base);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** @param url the URL of the service, which receives every request below the base */
  passTo(url: string): void {
    this.#target = new URL(url).origin;
  }

  /** Browsers allow cameras on localhost without TLS. */
  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #isOurs(url: string): boolean {
    return (
      url === this.#base || url.startsWith(`${this.#base}/`) || url.startsWith(`${this.#base}?`)
    );
  }

  #options({ url = '', method = 'GET', headers }: IncomingMessage): RequestOptions {
    return { ...urlOptions(this.#target), path: url, method, headers };
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    if (!this.#isOurs(url)) {
      this.strays.push(url);
      response.writeHead(404, { 'content-type': 'text/plain' }).end(ELSEWHERE);
      return;
    }
    const passed = ask(this.#options(request), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { url = '' } = request;
    if (!this.#isOurs(url)) {
      this.strays.push(url);
      socket.destroy();
      return;
    }
    this.#keep(socket);
    const passed = ask(this.#options(request));
    passed.on('error', () => socket.destroy());
    passed.on('upgrade', (answer: IncomingMessage, other: Socket, first: Buffer) => {
      this.#keep(other);
      const lines = answer.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? `${name}: ${all[index + 1]}\r\n` : [],
      );
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      other.write(head);
      socket.write(first);
      socket.pipe(other).pipe(socket);
    });
    passed.end();
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

function urlOptions(url: string): RequestOptions {
  const { hostname, port } = new URL(url);
  return { hostname, port };
}
