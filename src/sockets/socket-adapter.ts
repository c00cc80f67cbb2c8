import { type EventEmitter, once } from 'node:events';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import { AccessService } from '../access/access.service.js';
import { readPasses } from '../access/channel-passes.js';
import { addressHash } from '../auth/address-hash.js';
import { SessionService } from '../auth/sessions/session.service.js';
import { ApiTokenService } from '../auth/tokens/api-token.service.js';
import { ViewingService } from '../broadcast/viewing.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { OnairServer, OnairSocket } from '../common/gateway.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { SOCKET_PAYLOAD_MAX } from '../protocol/limits.js';
import { Metrics } from '../common/metrics.js';
import { Secrets } from '../secrets/secrets.js';
import { clientPath } from '../common/client-path.js';
import { ClientAddress } from '../security/client-address.js';
import { SocketAuthorizer } from './socket-authorizer.js';
import { ConnectionLimits } from './connection-limits.js';
import { forgetHandshake } from './handshake-memory.js';
import { PacketGuard } from './packet-guard.js';
import { type Admit, RequestDispatcher } from './request-dispatcher.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { SilenceWatch } from './silence-watch.js';
import { type SocketAccess, socketAccess } from './socket-access.js';

type Options = Readonly<{
  access: SocketAccess;
  /** What asks the policy about channels. */
  authorizer: Pick<SocketAuthorizer, 'admit' | 'left' | 'close'>;
  limits: ConnectionLimits;
  /** Called when a connection falls silent, or is heard again. */
  onSilence: (socketId: string, isSilent: boolean) => void;
  /** Hashes an address for comparison with bans. */
  hashAddress: (address: string) => string;
  clock: Clock;
  log: Log;
}>;

/**
 * The ping interval. An unanswered ping closes the connection on both sides: a dead peer is
 * detected after 8 s at most.
 */
const PING_INTERVAL_MS = 2_000;
const PING_TIMEOUT_MS = 6_000;
/** A client that has not answered a ping for this long is not counted as present. */
const SILENT_AFTER_PING_MS = 1_000;
/**
 * Messages between SOCKET_PAYLOAD_MAX and this size get an error; larger ones close the connection.
 */
const FRAME_MAX_BYTES = 4 * SOCKET_PAYLOAD_MAX;
/** How long a client has to complete the closing handshake. */
const CLOSE_TIMEOUT_MS = 500;

/** Socket.IO under Nest's gateways: admission, packet limits, and broadcasting to rooms. */
export class SocketAdapter extends IoAdapter {
  readonly #options: Options;
  readonly #silence: SilenceWatch<OnairSocket>;
  #io: OnairServer | undefined;
  readonly #dispatchers = new WeakMap<Socket, RequestDispatcher>();

  constructor(app: INestApplicationContext, options: Options) {
    super(app);
    this.#options = options;
    this.#silence = new SilenceWatch({
      silentAfterMs: PING_INTERVAL_MS + SILENT_AFTER_PING_MS,
      nowMs: () => performance.now(),
      onChange: (socket, isSilent) => {
        socket.data.isSilent = isSilent;
        options.onSilence(socket.id, isSilent);
      },
    });
  }

  /** The service's adapter, for `app.useWebSocketAdapter`. */
  static of(app: INestApplicationContext): SocketAdapter {
    const log = app.get<Log>(LOG).child({ part: 'sockets' });
    const config = app.get<Config>(CONFIG);
    const clock = app.get<Clock>(CLOCK);
    const clients = new ClientAddress(config.http.trustProxy);
    const secrets = app.get(Secrets);
    const viewing = app.get(ViewingService);
    const adapter = new SocketAdapter(app, {
      authorizer: new SocketAuthorizer(app.get(AccessService), log),
      access: socketAccess(
        { sessions: app.get(SessionService), tokens: app.get(ApiTokenService) },
        config,
      ),
      hashAddress: (address) => addressHash(secrets, address),
      onSilence: (socketId, isSilent) => viewing.setSilent(socketId, isSilent),
      limits: new ConnectionLimits({ clients, factor: config.http.addressLimitFactor, clock }),
      clock,
      log,
    });
    app.get(Metrics).gauge('onair_sockets', 'Socket connections.', () => adapter.size);
    return adapter;
  }

  /** The number of open connections. */
  get size(): number {
    return this.#io?.engine.clientsCount ?? 0;
  }

  override createIOServer(port: number, options?: Partial<ServerOptions>): Server {
    const { access, clock, limits } = this.#options;
    class Guard extends PacketGuard {
      constructor() {
        super(clock);
      }
    }
    const io: OnairServer = super.createIOServer(port, {
      ...options,
      path: '/socket.io',
      transports: ['websocket'],
      allowUpgrades: false,
      serveClient: false,
      perMessageDeflate: false,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: FRAME_MAX_BYTES,
      connectTimeout: PING_INTERVAL_MS + PING_TIMEOUT_MS,
      parser: { Encoder, Decoder: Guard },
      adapter: RoomBroadcaster,
      allowRequest: (request, decide) =>
        decide(null, access.isAllowed(request) && limits.admit(request)),
    } as ServerOptions);
    io.engine.on('connection', cutWhenClosed);
    io.use((socket, next) => void this.#admit(socket).then(() => next(), next));
    io.on('connection', (socket) => this.#welcome(socket));
    access.onSessionEnded((sessionId) => io.in(sessionRoom(sessionId)).disconnectSockets(true));
    this.#io = io;
    return io as Server;
  }

  override bindMessageHandlers(
    socket: Socket,
    handlers: MessageMappingProperties[],
    _transform: (data: unknown) => Observable<unknown>,
  ): void {
    const { authorizer, log, clock } = this.#options;
    const admit: Admit = (from, payload) => authorizer.admit(from, payload);
    const dispatcher =
      this.#dispatchers.get(socket) ?? new RequestDispatcher(socket, { admit, log, clock });
    this.#dispatchers.set(socket, dispatcher);
    for (const { message, callback } of handlers) dispatcher.add(String(message), callback);
  }

  /**
   * Closes all connections, and cuts those that do not complete the closing handshake. Nest closes
   * the HTTP server.
   */
  override async close(server: Server): Promise<void> {
    this.#options.authorizer.close();
    this.#silence.close();
    const { clients } = server.engine as unknown as Engine;
    const webSockets = Object.values(clients).map(({ transport }) => transport.socket);
    const closed = Promise.all(webSockets.map((webSocket) => once(webSocket, 'close')));
    server.engine.close();
    const timer = setTimeout(() => {
      for (const webSocket of webSockets) webSocket.terminate();
    }, CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  }

  async #admit(socket: OnairSocket): Promise<void> {
    try {
      socket.data.isSilent = false;
      socket.data.address = this.#options.limits.addressOf(socket.request);
      socket.data.path = clientPath(socket.request, socket.data.address);
      socket.data.addressHash = this.#options.hashAddress(socket.data.address);
      socket.data.passes = readPasses(socket.request.headers.cookie);
      socket.data.identity = await this.#options.access.identify(socket.request);
    } catch (error) {
      // An invalid API token concerns the caller, not the log.
      if (error instanceof DomainError) throw error;
      this.#options.log.warn({ err: error }, 'a socket could not be admitted');
      throw new Error('unavailable', { cause: error });
    }
  }

  #welcome(socket: OnairSocket): void {
    const { sessionId } = socket.data.identity;
    if (sessionId !== null) void socket.join(sessionRoom(sessionId));
    socket.once('disconnect', () => {
      this.#silence.remove(socket);
      this.#options.authorizer.left(socket);
    });
    this.#silence.add(socket);
    forgetHandshake(socket);
  }
}

/**
 * Cuts a closed connection immediately: the WebSocket would otherwise wait half a minute for the
 * client's closing frame.
 */
function cutWhenClosed(connection: OnairSocket['conn']): void {
  connection.once('close', () => {
    const { socket } = (connection as unknown as EngineConnection).transport;
    setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
  });
}

/** The private parts of engine.io's connections that are used here. */
type Engine = { clients: Record<string, EngineConnection> };
type EngineConnection = { transport: { socket: EventEmitter & { terminate(): void } } };

/** The room of all sockets of one session. */
export function sessionRoom(sessionId: string): string {
  return `session:${sessionId}`;
}
