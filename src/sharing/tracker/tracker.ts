import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type WebSocket, WebSocketServer } from 'ws';
import { AccessService } from '../../access/access.service.js';
import { isAllowedOrigin } from '../../auth/origin.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { ClientAddress } from '../../security/client-address.js';
import { ConnectionLimits } from '../../sockets/connection-limits.js';
import { SharingService, type TrackerCaller } from '../sharing.service.js';
import { SharingSettingsService } from '../sharing-settings.service.js';
import { PeerSocket } from './peer-socket.js';
import { type Delivery, NO_SUCH_SWARM, Swarms } from './swarms.js';
import { readTrackerMessage, type TrackerMessage } from './tracker-message.js';

/** The paths of the tracker: `/p2p/NAME`, or `/p2p/NAME/~TOKEN` for a protected channel. */
const PATH = /^\/p2p\/([a-z0-9-]{1,64})(?:\/~([\w-]{1,400}))?$/;
/** The maximum size of a message. If it is exceeded, the connection is closed (1009). */
const MESSAGE_MAX_BYTES = 64 * 1024;
/** The maximum number of connections; further ones are refused. */
const SOCKETS_MAX = 20_000;
/** The interval at which all connections are checked. Announced changes are checked at once. */
const CHECK_MS = 10_000;
/**
 * The ping interval. A connection that doesn't answer a ping within this time is cut. The interval
 * is short because reverse proxies often close connections after 30 s without data.
 */
const BEAT_MS = 20_000;
/** The time without a message after which a connection is closed. */
const IDLE_MS = 180_000;

/** The tracker's close codes, in addition to those of RFC 6455. */
const NOT_ALLOWED = 4_403;
const IDLE = 4_408;
const POLICY_VIOLATION = 1_008;

/**
 * The tracker, a WebSocket at `/p2p` through which viewers find each other. No media passes through
 * it. Its path authorizes the caller like an HLS path, and access is checked again for every
 * message, at every change, and every ten seconds.
 */
@Injectable()
export class Tracker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log: Log;
  readonly #limits: ConnectionLimits;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_MAX_BYTES,
  });
  readonly #swarms = new Swarms<PeerSocket>(Math.random);
  /** The open connections. */
  readonly #sockets = new Set<PeerSocket>();
  readonly #timers: NodeJS.Timeout[] = [];
  #closed = false;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly sharing: SharingService,
    access: AccessService,
    settings: SharingSettingsService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'tracker' });
    this.#limits = new ConnectionLimits({
      clients: new ClientAddress(config.http.trustProxy),
      factor: config.http.addressLimitFactor,
      clock,
    });
    access.events.on('changed', (name) => void this.#check(name));
    access.events.on('missed', () => void this.#check(null));
    settings.events.on('changed', (name) => void this.#check(name));
  }

  onApplicationBootstrap(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url?.startsWith('/p2p/')) void this.#upgrade(request, socket, head);
    });
    this.#timers.push(
      setInterval(() => void this.#check(null), CHECK_MS).unref(),
      setInterval(() => this.#beat(), BEAT_MS).unref(),
    );
  }

  /** Closes all connections, because the HTTP server would otherwise wait for them. */
  beforeApplicationShutdown(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.cut();
  }

  /** The number of open connections. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** The number of swarms that have peers. */
  get swarms(): number {
    return this.#swarms.size;
  }

  /** The number of peers in all swarms. */
  get peers(): number {
    return this.#swarms.peers;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    const { headers, url = '' } = request;
    const [, channel, token = null] = PATH.exec(url) ?? [];
    if (channel === undefined) return refuse(socket, '404 Not Found');
    if (!isAllowedOrigin(headers.origin, headers.host, this.config.http))
      return refuse(socket, '403 Forbidden');
    if (this.#closed || this.#sockets.size >= SOCKETS_MAX)
      return refuse(socket, '503 Service Unavailable');
    if (!this.#limits.admit(request)) return;
    const caller = { channel, token };
    try {
      // The response is the same whether the channel doesn't exist, can't be watched, or has
      // sharing turned off.
      if ((await this.sharing.swarmsOpenTo(caller)) === null)
        return refuse(socket, '404 Not Found');
    } catch (err) {
      this.#log.warn({ err, channel }, 'access to a swarm can’t be checked');
      return refuse(socket, '503 Service Unavailable');
    }
    if (this.#closed) return refuse(socket, '503 Service Unavailable');
    socket.off('error', onError);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#welcome(webSocket, caller);
    });
  }

  #welcome(webSocket: WebSocket, caller: TrackerCaller): void {
    const socket = new PeerSocket(webSocket, caller, this.clock.nowMs());
    this.#sockets.add(socket);
    webSocket.on('error', () => socket.cut());
    webSocket.on('close', () => {
      this.#sockets.delete(socket);
      this.#swarms.leave(socket);
    });
    webSocket.on('message', (data) => {
      // With ws's default settings, a message arrives as one buffer.
      if (Buffer.isBuffer(data)) this.#hear(socket, data.toString());
    });
  }

  #hear(socket: PeerSocket, text: string): void {
    if (!socket.hear(this.clock.nowMs()))
      return socket.close(POLICY_VIOLATION, 'Too many messages.');
    const message = readTrackerMessage(text);
    if (message === null) return socket.close(POLICY_VIOLATION, 'This is not a tracker message.');
    socket
      .inTurn(() => this.#answer(socket, message))
      .catch((err: unknown) => {
        this.#log.warn({ err }, 'a tracker message could not be processed');
      });
  }

  async #answer(socket: PeerSocket, message: TrackerMessage): Promise<void> {
    const open = await this.sharing.swarmsOpenTo(socket.caller);
    if (!socket.isOpen) return;
    if (open === null) return this.#evict(socket);
    const { info_hash } = message;
    if (!open.has(info_hash)) {
      socket.send({ action: 'announce', info_hash, 'failure reason': NO_SUCH_SWARM });
      return;
    }
    const nowMs = this.clock.nowMs();
    const deliveries: Delivery<PeerSocket>[] =
      message.answer === undefined
        ? this.#swarms.announce(socket, message, nowMs)
        : this.#swarms.answer(socket, message);
    send(deliveries);
  }

  /**
   * Closes the connections whose callers are no longer allowed, and removes peers from swarms that
   * no longer exist.
   * @param name the channel whose connections are checked; null for all channels
   */
  async #check(name: string | null): Promise<void> {
    this.#swarms.expire(this.clock.nowMs());
    for (const socket of this.#sockets) {
      if (name !== null && socket.caller.channel !== name) continue;
      try {
        const open = await this.sharing.swarmsOpenTo(socket.caller);
        if (open === null) this.#evict(socket);
        else send(this.#swarms.retain(socket, (infoHash) => open.has(infoHash)));
      } catch (err) {
        // As elsewhere, the access that was last read applies while the database is unavailable.
        this.#log.warn({ err }, 'access to a swarm can’t be checked');
        return;
      }
    }
  }

  #evict(socket: PeerSocket): void {
    this.#swarms.leave(socket);
    socket.close(NOT_ALLOWED, 'You don’t have access to this swarm.');
  }

  #beat(): void {
    const idleSinceMs = this.clock.nowMs() - IDLE_MS;
    for (const socket of this.#sockets) {
      if (socket.heardMs < idleSinceMs) socket.close(IDLE, 'No announcement arrived for too long.');
      else socket.beat();
    }
  }
}

function send(deliveries: readonly Delivery<PeerSocket>[]): void {
  for (const { to, message } of deliveries) to.send(message);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
