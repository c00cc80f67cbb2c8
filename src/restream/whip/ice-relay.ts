import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { UdpCandidate } from './answer-candidates.js';
import { ConnectivityCheck, type IceCredentials } from './connectivity-check.js';
import { ATTRIBUTE, isStun, readStun, writeStun, xorAddress } from './stun-message.js';

/** The interval between checks until a pair works (RFC 8445 14.2 requires at least 50 ms). */
const CHECK_MS = 250;
/** The interval between consent checks, which varies at random by a fifth (RFC 7675 5.1). */
const CONSENT_MS = 4_000;
/** A server that doesn't respond for this long is lost. RFC 7675 allows at most 30 s. */
const CONSENT_EXPIRES_MS = 15_000;
/** The time until a server must respond for the first time. */
const CONNECT_MS = 10_000;

export type RelayOptions = Readonly<{
  /** This machine's transport of the media server, an ICE-lite agent. */
  near: IceCredentials & Readonly<{ address: string; port: number }>;
  /** The credentials with which both sides were told to expect this agent. */
  local: IceCredentials;
  /** The remote server; only these addresses are sent to, and heard. */
  far: IceCredentials & Readonly<{ candidates: readonly UdpCandidate[] }>;
}>;

/** Learns what becomes of a relay. */
export type RelayListener = Readonly<{
  /** Both sides respond, so media can pass. */
  connected: () => void;
  /** The remote server doesn't respond (any more). Nothing else is called after this. */
  lost: () => void;
}>;

/** One side of a relay: an address and the checks of it. */
type Pair = { address: string; port: number; check: ConnectivityCheck; respondedMs: number | null };

/**
 * Connects a transport of the media server, which can only be dialed (ICE-lite), to a server that
 * can only be dialed, too. It is the controlling ICE agent towards both, and passes their DTLS and
 * SRTP on unread: the keys are theirs alone.
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
    // The lack of a route shows as the lack of responses.
    socket.on('error', () => undefined);
    socket.on('message', (datagram, from) => {
      if (!this.#isClosed) take(datagram, from);
    });
    return socket;
  }

  /** Sends the requests that are due, and gives up when the remote server is silent. */
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
      // RFC 8445 8.1.1: the pair is nominated by another request.
      this.#selected = pair;
      this.#sendFar(pair, pair.check.request({ nominates: true }));
    }
    if (this.#isConnected || this.#near.respondedMs === null || this.#selected === null) return;
    this.#isConnected = true;
    this.#listener.connected();
  }

  /** Responds to the checks of a server that isn't ICE-lite (RFC 8445 7.3). */
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
