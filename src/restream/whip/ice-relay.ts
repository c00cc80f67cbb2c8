import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { UdpCandidate } from './answer-candidates.js';
import { ConnectivityCheck, type IceCredentials } from './connectivity-check.js';
import { ATTRIBUTE, isStun, readStun, writeStun, xorAddress } from './stun-message.js';

/**
 * The interval between checks until a pair works. RFC 8445, section 14.2, requires at least 50 ms.
 */
const CHECK_MS = 250;
/**
 * The mean interval between consent checks, which varies at random by a fifth (RFC 7675, section
 * 5.1).
 */
const CONSENT_MS = 4_000;
/** A server that doesn't respond for this long is considered lost. RFC 7675 allows at most 30 s. */
const CONSENT_EXPIRES_MS = 15_000;
/** The time limit for a server's first response. */
const CONNECT_MS = 10_000;

export type RelayOptions = Readonly<{
  /** The media server's transport on this machine, which is an ICE-lite agent. */
  near: IceCredentials & Readonly<{ address: string; port: number }>;
  /** The credentials by which both sides recognize this agent. */
  local: IceCredentials;
  /** The remote server. Datagrams are sent to and accepted from these addresses only. */
  far: IceCredentials & Readonly<{ candidates: readonly UdpCandidate[] }>;
}>;

/** Receives the outcome of a relay. */
export type RelayListener = Readonly<{
  /** Called when both sides have responded, so media can pass. */
  connected: () => void;
  /**
   * Called when the remote server never responded or stopped responding. Nothing else is called
   * after this.
   */
  lost: () => void;
}>;

/** One side of a relay: an address, and its connectivity checks. */
type Pair = { address: string; port: number; check: ConnectivityCheck; respondedMs: number | null };

/**
 * Connects a transport of the media server to a remote server. Neither can initiate the connection,
 * because the transport is ICE-lite and the remote server only answers. The relay is the
 * controlling ICE agent towards both. It passes their DTLS and SRTP on without being able to read
 * them, because it doesn't have the keys.
 */
export class IceRelay {
  readonly #options: RelayOptions;
  readonly #listener: RelayListener;
  readonly #sockets = new Map<4 | 6, Socket>();
  readonly #nearSocket: Socket;
  readonly #near: Pair;
  readonly #far: readonly Pair[];
  readonly #startedMs: number;
  #timer: NodeJS.Timeout | undefined;
  #selected: Pair | null = null;
  #isConnected = false;
  #isClosed = false;

  constructor(options: RelayOptions, listener: RelayListener) {
    const { near, far, local } = options;
    this.#options = options;
    this.#listener = listener;
    const tieBreaker = randomBytes(8);
    const pair = (at: { address: string; port: number }, remote: IceCredentials): Pair => ({
      address: at.address,
      port: at.port,
      check: new ConnectivityCheck({ local, remote, tieBreaker }),
      respondedMs: null,
    });
    this.#near = pair(near, near);
    this.#far = far.candidates.map((candidate) => pair(candidate, far));
    this.#startedMs = performance.now();
    this.#nearSocket = this.#open(4, (datagram, from) => this.#fromNear(datagram, from));
    for (const { address } of far.candidates) {
      const family = isIPv4(address) ? 4 : 6;
      if (!this.#sockets.has(family))
        this.#sockets.set(
          family,
          this.#open(family, (datagram, from) => this.#fromFar(datagram, from)),
        );
    }
    this.#tick();
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#nearSocket.close();
    for (const socket of this.#sockets.values()) socket.close();
  }

  #open(family: 4 | 6, take: (datagram: Buffer, from: RemoteInfo) => void): Socket {
    const socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6' });
    // If there is no route, no responses arrive, which is detected anyway.
    socket.on('error', () => undefined);
    socket.on('message', (datagram, from) => {
      if (!this.#isClosed) take(datagram, from);
    });
    return socket;
  }

  /** Sends the requests that are due, or gives up if the remote server is silent. */
  #tick(): void {
    if (this.#isSilent(performance.now())) {
      this.close();
      return this.#listener.lost();
    }
    this.#sendTo(this.#nearSocket, this.#near, this.#near.check.request({ nominates: true }));
    const checked = this.#selected ? [this.#selected] : this.#far;
    for (const pair of checked)
      this.#sendFar(pair, pair.check.request({ nominates: this.#selected !== null }));
    const delayMs = this.#isConnected ? CONSENT_MS * (0.8 + 0.4 * Math.random()) : CHECK_MS;
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  #isSilent(nowMs: number): boolean {
    if (!this.#isConnected) return nowMs - this.#startedMs > CONNECT_MS;
    return nowMs - (this.#selected?.respondedMs ?? 0) > CONSENT_EXPIRES_MS;
  }

  #fromNear(datagram: Buffer, from: RemoteInfo): void {
    if (from.address !== this.#near.address || from.port !== this.#near.port) return;
    if (isStun(datagram)) return this.#noteResponse(datagram, this.#near, this.#options.near);
    if (this.#selected) this.#sendFar(this.#selected, datagram);
  }

  #fromFar(datagram: Buffer, from: RemoteInfo): void {
    const pair = this.#far.find((one) => one.address === from.address && one.port === from.port);
    if (!pair) return;
    if (!isStun(datagram)) return this.#sendTo(this.#nearSocket, this.#near, datagram);
    this.#noteResponse(datagram, pair, this.#options.far);
    this.#respond(datagram, pair);
  }

  #noteResponse(datagram: Buffer, pair: Pair, remote: IceCredentials): void {
    const message = readStun(datagram, remote.password);
    if (message === null || !pair.check.isAnsweredBy(message)) return;
    pair.respondedMs = performance.now();
    if (pair !== this.#near && this.#selected === null) {
      // A separate request nominates the pair (RFC 8445, section 8.1.1).
      this.#selected = pair;
      this.#sendFar(pair, pair.check.request({ nominates: true }));
    }
    if (this.#isConnected || this.#near.respondedMs === null || this.#selected === null) return;
    this.#isConnected = true;
    this.#listener.connected();
  }

  /** Responds to the checks of a server that isn't ICE-lite (RFC 8445, section 7.3). */
  #respond(datagram: Buffer, pair: Pair): void {
    const { password } = this.#options.local;
    const request = readStun(datagram, password);
    if (request?.class !== 'request') return;
    const { transactionId } = request;
    const mapped = xorAddress(pair.address, pair.port, transactionId);
    const attributes = new Map([[ATTRIBUTE.xorMappedAddress, mapped]]);
    this.#sendFar(pair, writeStun({ class: 'success', transactionId, attributes }, password));
  }

  #sendFar(pair: Pair, datagram: Buffer): void {
    const socket = this.#sockets.get(isIPv4(pair.address) ? 4 : 6);
    if (socket) this.#sendTo(socket, pair, datagram);
  }

  #sendTo(socket: Socket, { address, port }: Pair, datagram: Buffer): void {
    if (!this.#isClosed) socket.send(datagram, port, address, () => undefined);
  }
}
