import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const PAGE_SCRIPT = readFileSync(new URL('./pages/rtc-detour.js', import.meta.url), 'utf8');

/** The maximum number of clients; a test has two or three. */
const MAX_CLIENTS = 64;

type Loss = {
  /** The percentage of packets to lose, from clients to the server and back. */
  upPercent?: number;
  downPercent?: number;
  /** With the same seed, the same packets are lost in each direction, counted from the first. */
  seed?: number;
};

/** A network between browsers and the server's media port that loses packets or can be closed. */
export class UdpProxy {
  readonly #target: number;
  readonly #loses: Record<'up' | 'down', () => boolean>;
  readonly #servers = new Map<string, Socket>();
  #socket: Socket | null = null;
  #port = 0;
  /** The number of packets received in each direction, and how many of them were dropped. */
  readonly counts = { up: 0, down: 0, lostUp: 0, lostDown: 0 };

  private constructor(target: number, { upPercent = 0, downPercent = 0, seed = 1 }: Loss) {
    this.#target = target;
    this.#loses = { up: losing(upPercent, seed), down: losing(downPercent, seed + 1) };
  }

  /** Opens a path to the UDP port `target` of this machine. */
  static async to(target: number, loss: Loss = {}): Promise<UdpProxy> {
    const proxy = new UdpProxy(target, loss);
    await proxy.comeBack();
    return proxy;
  }

  /**
   * The port to write into the answer for a player or encoder, so that its media passes through the
   * proxy.
   */
  get port(): number {
    return this.#port;
  }

  /**
   * A script that runs in a page before its own code, so that its media passes through the proxy,
   * except over TCP.
   */
  get pageScript(): string {
    return `${PAGE_SCRIPT}\ndetourRtc(${this.#target}, ${this.#port});`;
  }

  /**
   * Closes the port: the system rejects packets as it does for any closed port, and nothing is
   * forwarded.
   */
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

  /** Reopens the same port. */
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

  /** Returns the socket that the server sees in place of the client. */
  #serverFor(client: RemoteInfo): Socket {
    // A page on this machine may send from any of its addresses.
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
 * Returns a port that is free in both UDP and TCP, for RTC_PORT. It is below the ranges of the
 * system and the media workers, so that no other program takes it before the server does.
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
    // The port is in use.
    return false;
  } finally {
    udp.close();
    tcp.close();
  }
}

/** Returns a function that decides for each packet whether it is lost (mulberry32). */
function losing(percent: number, seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < percent / 100;
  };
}
