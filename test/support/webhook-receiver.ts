import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { vi } from 'vitest';
import { AddressRule } from '../../src/security/destinations/address-rule.js';
import type { TestApp } from './app.js';

/** A received request. */
export type Received = { path: string; headers: IncomingHttpHeaders; body: string };

/** A third-party server that records requests and responds as configured. */
export class Receiver {
  readonly received: Received[] = [];
  readonly #events = new EventEmitter();
  readonly #server: Server;
  #port = 0;
  #address = '127.0.0.1';
  status = 204;
  /** Called before each response. */
  beforeAnswer: (path: string) => Promise<void> = () => Promise.resolve();
  headers: Record<string, string> = {};

  constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request;
    this.received.push({ path, headers, body: await textOf(request) });
    await this.beforeAnswer(path);
    response.writeHead(this.status, this.headers).end();
    this.#events.emit('received');
  }

  async listen(address = this.#address): Promise<void> {
    this.#address = address;
    this.#server.listen(this.#port, address);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${this.#address}:${this.#port}`;
  }

  /** Resolves when it has received at least this many requests. */
  async count(least: number): Promise<Received[]> {
    while (this.received.length < least) await once(this.#events, 'received');
    return this.received;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Makes webhooks allow loopback addresses, and nothing else, until the mocks are restored. */
export function allowLoopback(server: TestApp): void {
  vi.spyOn(server.app.get(AddressRule), 'isAllowed').mockImplementation((address) =>
    ['127.0.0.1', '::1'].includes(address),
  );
}
