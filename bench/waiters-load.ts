// Runs as a separate process: many viewers, each with one open connection. When told to, all of
// them send the same request at once, and each records when its response arrived.
import { type Socket, connect as openSocket } from 'node:net';
import type { Answered, Ask, Connect } from './waiters.js';

const PARALLEL = 100;
const HEADERS_END = Buffer.from('\r\n\r\n');

const viewers: Viewer[] = [];
let host = '';

/** A client for raw HTTP (RFC 9112) that reads responses with a Content-Length, one at a time. */
class Viewer {
  readonly #socket: Socket;
  #atMs = 0;
  #received: Buffer[] = [];
  /** The number of remaining bytes of the response; null while the headers are incomplete. */
  #missing: number | null = null;
  #answered: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on('data', (chunk) => this.#take(chunk));
  }

  /** Resolves with the time at which the response was complete. */
  async ask(request: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#received = [];
    this.#missing = null;
    this.#answered = resolve;
    this.#socket.write(request);
    await promise;
    return this.#atMs;
  }

  /** The response without its headers. */
  get body(): Buffer {
    const all = Buffer.concat(this.#received);
    return all.subarray(all.indexOf(HEADERS_END) + HEADERS_END.length);
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    if (this.#missing === null) this.#readHeaders();
    else this.#missing -= chunk.length;
    if (this.#missing !== 0) return;
    this.#atMs = performance.timeOrigin + performance.now();
    this.#answered?.();
  }

  #readHeaders(): void {
    const all = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
    const end = all.indexOf(HEADERS_END);
    if (end === -1) return;
    const head = all.toString('latin1', 0, end);
    const length = /\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) throw new Error(head);
    this.#missing = end + HEADERS_END.length + Number(length) - all.length;
  }
}

async function connect({ url, clients }: Connect): Promise<void> {
  ({ host } = new URL(url));
  const [hostname = '', port = ''] = host.split(':');
  const open = async () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = openSocket(Number(port), hostname, resolve).once('error', reject);
    viewers.push(new Viewer(socket));
    await promise;
  };
  for (let opened = 0; opened < clients; opened += PARALLEL)
    await Promise.all(Array.from({ length: Math.min(PARALLEL, clients - opened) }, open));
}

async function ask({ path }: Ask): Promise<Answered> {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\n\r\n`;
  const atMs = await Promise.all(viewers.map((viewer) => viewer.ask(request)));
  return { atMs, body: viewers[0]?.body.toString('base64') ?? '' };
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Connect | Ask) => {
  const done = question.name === 'connect' ? connect(question) : ask(question);
  void done.then((answer) => process.send?.(answer ?? {}));
});
process.send?.({});
