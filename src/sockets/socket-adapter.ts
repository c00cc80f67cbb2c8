import { type EventEmitter, once } from 'node:events';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { Server, type ServerOptions } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import { AccessService } from '../access/access.service.js';
import { readPasses } from '../access/channel-passes.js';
import { addressHash } from '../auth/address-hash.js';
import { SessionService } from '../auth/sessions/session.service.js';
import { ApiTokenService } from '../auth/tokens/api-token.service.js';
import { PublishingService } from '../broadcast/publishing.service.js';
import { ViewingService } from '../broadcast/viewing.service.js';
import { BUS, type Bus } from '../cluster/bus.js';
import { NodeDrain } from '../cluster/node-drain.js';
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
import { StageService } from '../stage/stage.service.js';
import { SocketAuthorizer } from './socket-authorizer.js';
import { ConnectionLimits } from './connection-limits.js';
import {
  cut,
  type EngineConnection,
  sendShared,
  type SharedPacket,
  stopOwnHeartbeat,
  textFrame,
} from './engine-connection.js';
import { forgetHandshake, forgetUpgrades } from './handshake-memory.js';
import { Heartbeat } from './heartbeat.js';
import { PacketGuard } from './packet-guard.js';
import { type Admit, RequestDispatcher } from './request-dispatcher.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { type SocketAccess, socketAccess } from './socket-access.js';
import { type DrainOfSockets, SocketMoves } from './socket-moves.js';

type Options = Readonly<{
  access: SocketAccess;
  /** Checks requests against the access policy. */
  authorizer: Pick<SocketAuthorizer, 'admit' | 'left' | 'close'>;
  limits: ConnectionLimits;
  /** Called when a connection becomes silent, and when it sends again. */
  onSilence: (socketId: string, isSilent: boolean) => void;
  /** Called when a socket that was connected has disconnected. */
  onLeft: (socketId: string) => void;
  /** Hashes an address for comparison with bans. */
  hashAddress: (address: string) => string;
  /** This node's drain. */
  drain: DrainOfSockets;
  /** Whether a socket publishes a broadcast. */
  publishes: (socketId: string) => boolean;
  /** The bus of a cluster; null on a single node. */
  bus: Bus | null;
  clock: Clock;
  log: Log;
}>;

/**
 * The ping interval. If a ping isn't answered, both sides close the connection, so a dead peer is
 * detected within 8 s.
 */
const PING_INTERVAL_MS = 2_000;
const PING_TIMEOUT_MS = 6_000;
/** The time after an unanswered ping at which a client no longer counts as present. */
const SILENT_AFTER_PING_MS = 1_000;
/**
 * The maximum size of a frame. Messages larger than SOCKET_PAYLOAD_MAX are answered with an error;
 * if a frame is larger than this, the connection is closed.
 */
const FRAME_MAX_BYTES = 4 * SOCKET_PAYLOAD_MAX;
/** The interval at which a node of a cluster checks whether other nodes ended its sessions. */
const CHECK_SESSIONS_MS = 10_000;
/** Stands for all clients when Nest binds the gateways' methods to a client. */
const ALL_CLIENTS = {};
const PING: SharedPacket = { type: 'ping', frame: [textFrame('2')] };
/** The time limit for a client to complete the closing handshake. */
const CLOSE_TIMEOUT_MS = 500;

/** Runs Socket.IO for Nest's gateways, and adds admission, packet limits and room broadcasts. */
export class SocketAdapter extends IoAdapter {
  readonly #options: Options;
  readonly #heartbeat: Heartbeat<EngineConnection, OnairSocket>;
  #io: OnairServer | undefined;
  #sessionTimer: NodeJS.Timeout | undefined;
  #offGap: (() => void) | undefined;
  #moves: SocketMoves | undefined;
  readonly #dispatcher: RequestDispatcher;

  constructor(app: INestApplicationContext, options: Options) {
    super(app);
    this.#options = options;
    const { authorizer, log, clock } = options;
    const admit: Admit = (socket, request) => authorizer.admit(socket, request);
    this.#dispatcher = new RequestDispatcher({ admit, log, clock });
    this.#heartbeat = new Heartbeat<EngineConnection, OnairSocket>({
      pingEveryMs: PING_INTERVAL_MS,
      silentAfterMs: SILENT_AFTER_PING_MS,
      closeAfterMs: PING_TIMEOUT_MS,
      nowMs: () => performance.now(),
      ping: (connection) => sendShared(connection, PING),
      onChange: (socket, isSilent) => {
        socket.data.isSilent = isSilent;
        options.onSilence(socket.id, isSilent);
      },
      close: cut,
    });
  }

  /** Creates the server's adapter, for `app.useWebSocketAdapter`. */
  static of(app: INestApplicationContext): SocketAdapter {
    const log = app.get<Log>(LOG).child({ part: 'sockets' });
    const config = app.get<Config>(CONFIG);
    const clock = app.get<Clock>(CLOCK);
    const clients = new ClientAddress(config.http.trustProxy);
    const secrets = app.get(Secrets);
    const viewing = app.get(ViewingService);
    const publishing = app.get(PublishingService);
    const stages = app.get(StageService);
    const adapter = new SocketAdapter(app, {
      authorizer: new SocketAuthorizer(app.get(AccessService), log),
      access: socketAccess(
        { sessions: app.get(SessionService), tokens: app.get(ApiTokenService) },
        config,
      ),
      hashAddress: (address) => addressHash(secrets, address),
      onSilence: (socketId, isSilent) => viewing.setSilent(socketId, isSilent),
      onLeft: (socketId) => {
        viewing.leave(socketId);
        publishing.disconnected(socketId);
        stages.disconnected(socketId);
      },
      limits: new ConnectionLimits({ clients, factor: config.http.addressLimitFactor, clock }),
      drain: app.get(NodeDrain),
      publishes: (socketId) => publishing.isPublishing(socketId),
      bus: config.node.url === null ? null : app.get<Bus>(BUS),
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
    const { access, clock, limits, drain, publishes } = this.#options;
    const heartbeat = this.#heartbeat;
    // One function serves all connections; `this` is the connection.
    function closed(this: EngineConnection): void {
      heartbeat.remove(this);
      cutLater(this);
    }
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
        decide(null, access.isAllowed(request) && moves.admits(request) && limits.admit(request)),
    } as ServerOptions);
    forgetUpgrades(io);
    io.engine.on('connection', (connection: EngineConnection) => connection.on('close', closed));
    io.use((socket, next) => void this.#admit(socket).then(() => next(), next));
    io.on('connection', (socket) => this.#welcome(socket));
    access.onSessionEnded((sessionId) => io.in(sessionRoom(sessionId)).disconnectSockets(true));
    this.#io = io;
    const moves = new SocketMoves({ io, drain, publishes });
    this.#moves = moves;
    this.#checkSessionsOf(io);
    return io as Server;
  }

  /**
   * Has Nest bind a gateway's methods once instead of once per client, which took a fifth of an
   * idle viewer's memory. The methods get the socket as an argument (`@RequestSocket()`). Gateways
   * therefore can't use Nest's connection hooks; {@link Options.onLeft} replaces them.
   */
  override bindClientConnect(_server: Server, bind: (client: unknown) => void): void {
    bind(ALL_CLIENTS);
  }

  override bindClientDisconnect(): void {}

  override bindMessageHandlers(
    _client: unknown,
    handlers: MessageMappingProperties[],
    _transform: (data: unknown) => Observable<unknown>,
  ): void {
    for (const { message, callback } of handlers) this.#dispatcher.add(String(message), callback);
  }

  /**
   * Closes all connections, and cuts those whose clients don't complete the closing handshake. Nest
   * closes the HTTP server.
   */
  override async close(server: Server): Promise<void> {
    this.#options.authorizer.close();
    this.#heartbeat.close();
    clearInterval(this.#sessionTimer);
    this.#offGap?.();
    this.#moves?.close();
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

  /** Looks for sessions that other nodes ended, in case their messages were lost. */
  #checkSessionsOf(io: OnairServer): void {
    const { access, bus, log } = this.#options;
    if (bus === null) return;
    const check = (): void => {
      const ids = new Set<string>();
      for (const { data } of io.sockets.sockets.values())
        if (data.identity.sessionId !== null) ids.add(data.identity.sessionId);
      if (ids.size === 0) return;
      access
        .checkSessions([...ids])
        .catch((err: unknown) => log.warn({ err }, 'sessions could not be checked'));
    };
    this.#sessionTimer = setInterval(check, CHECK_SESSIONS_MS);
    this.#sessionTimer.unref();
    this.#offGap = bus.onGap(check);
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
      // An invalid API token is the caller's mistake and isn't logged.
      if (error instanceof DomainError) throw error;
      this.#options.log.warn({ err: error }, 'a socket could not be admitted');
      throw new Error('unavailable', { cause: error });
    }
  }

  #welcome(socket: OnairSocket): void {
    const { sessionId } = socket.data.identity;
    if (sessionId !== null) void socket.join(sessionRoom(sessionId));
    socket.on('disconnect', () => this.#left(socket));
    stopOwnHeartbeat(socket.conn);
    this.#heartbeat.add(socket.conn, socket);
    this.#dispatcher.listen(socket);
    forgetHandshake(socket);
  }

  #left(socket: OnairSocket): void {
    const { authorizer, onLeft } = this.#options;
    authorizer.left(socket);
    onLeft(socket.id);
  }
}

/**
 * Cuts a closed connection after a short time. The WebSocket would otherwise wait half a minute for
 * the client's closing frame.
 */
function cutLater(connection: EngineConnection): void {
  setTimeout(() => cut(connection), CLOSE_TIMEOUT_MS).unref();
}

/** The private parts of Engine.IO's server that are used here. */
type Engine = { clients: Record<string, { transport: { socket: WebSocket } }> };
type WebSocket = EventEmitter & { terminate(): void };

/** Returns the room of all sockets of one session. */
export function sessionRoom(sessionId: string): string {
  return `session:${sessionId}`;
}
