import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const PAGE_SCRIPT = readFileSync(new URL('./pages/rtc-detour.js', import.meta.url), 'utf8');

/** Packets of this many clients are kept apart; a test has two or three. */
const MAX_CLIENTS = 64;

type Loss = {
  /** Of a hundred packets from clients to the server, and back. */
  upPercent?: number;
  downPercent?: number;
  /** The same seed loses the same packets of each direction, counted from the first. */
  seed?: number;
};

/** A network between browsers and the server's media port, which loses packets, or is closed. */
export class UdpProxy {
  readonly #target: number;
  readonly #loses: Record<'up' | 'down', () => boolean>;
  readonly #servers = new Map<string, Socket>();
  #socket: Socket | null = null;
  #port = 0;
  /** Packets that came to it in each direction, and what it kept of them. */
  readonly counts = { up: 0, down: 0, lostUp: 0, lostDown: 0 };

  private constructor(target: number, { upPercent = 0, downPercent = 0, seed = 1 }: Loss) {
    this.#target = target;
    this.#loses = { up: losing(upPercent, seed), down: losing(downPercent, seed + 1) };
  }

  /** A way to the UDP port `target` of this machine. */
  static async to(target: number, loss: Loss = {}): Promise<UdpProxy> {
    const proxy = new UdpProxy(target, loss);
    await proxy.comeBack();
    return proxy;
  }

  /** For a program, in the answer that it is given: its media goes through here. */
  get port(): number {
    return this.#port;
  }

  /** For a page, before its own code: its media goes through here. No TCP does. */
  get pageScript(): string {
    return `${PAGE_SCRIPT}\ndetourRtc(${this.#target}, ${this.#port});`;
  }

  /** Closes the port: packets to it are answered as to any closed port, and nothing comes back. */
  async goDown(): Promise<void> {
    const sockets = [...this.#servers.values(), ...(this.#socket ? [this.#socket] : [])];
    this.#servers.clear();
    this.#socket = null;
    await Promise.all(
      sockets.map((socket) => {
        const closed = once(socket, 'close');
        socket.close();
        return closed;
      }),
    );
  }

  /** Opens the same port again. */
  async comeBack(): Promise<void> {
    if (this.#socket) return;
    const socket = createSocket('udp4');
    this.#socket = socket;
    socket.on('message', (packet, client) => this.#sendUp(packet, client));
    socket.bind(this.#port, '127.0.0.1');
    await once(socket, 'listening');
    this.#port = socket.address().port;
  }

  close(): Promise<void> {
    return this.goDown();
  }

  #sendUp(packet: Buffer, client: RemoteInfo): void {
    this.counts.up += 1;
    if (this.#loses.up()) this.counts.lostUp += 1;
    else this.#serverFor(client).send(packet, this.#target, '127.0.0.1');
  }

  #sendDown(packet: Buffer, { port, address }: RemoteInfo): void {
    this.counts.down += 1;
    if (this.#loses.down()) this.counts.lostDown += 1;
    else this.#socket?.send(packet, port, address);
  }

  /** The socket that the server sees in the client's place. */
  #serverFor(client: RemoteInfo): Socket {
    // A page on this machine may speak from any of its addresses.
    const name = `${client.address}:${client.port}`;
    const known = this.#servers.get(name);
    if (known) return known;
    if (this.#servers.size === MAX_CLIENTS) throw new Error('too many clients for a test');
    const socket = createSocket('udp4');
    socket.on('message', (packet) => this.#sendDown(packet, client));
    this.#servers.set(name, socket);
    return socket;
  }
}

/**
 * A free UDP and TCP port, for RTC_PORT. Below those that systems and media workers hand out by themselves, so that
 * nobody takes it before the server does.
 */
export async function freeRtcPort(): Promise<number> {
  for (;;) {
    const port = 4_000 + Math.floor(Math.random() * 6_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const udp = createSocket('udp4');
  const tcp = createServer();
  try {
    udp.bind(port, '127.0.0.1');
    await once(udp, 'listening');
    tcp.listen(port, '127.0.0.1');
    await once(tcp, 'listening');
    return true;
  } catch {
    // Somebody has it.
    return false;
  } finally {
    udp.close();
    tcp.close();
  }
}

/** Says of one packet after another whether it is lost (mulberry32). */
function losing(percent: number, seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < percent / 100;
  };
}
