import { type IncomingMessage, ServerResponse } from 'node:http';
import type { OnairServer, OnairSocket } from '../common/gateway.js';

/**
 * Releases the first request of each connection (headers, query, cookies), which Engine.IO and
 * Socket.IO would retain for the connection's lifetime. Once the socket has been identified, the
 * request isn't needed, and would take several kilobytes per idle viewer.
 */
export function forgetHandshake(socket: OnairSocket): void {
  const connection = socket.conn as unknown as Parts;
  if (connection.request) {
    connection.request.rawHeaders = [];
    connection.request.headers = {};
  }
  connection.request = null;
  const { transport } = connection;
  // These listeners are for the handshake only; the transport handles the WebSocket's errors.
  transport.removeAllListeners('headers');
  for (const listener of transport.socket.listeners('error'))
    if (listener.name === 'onUpgradeError') transport.socket.off('error', listener);
  Object.assign(socket, { handshake: EMPTY_HANDSHAKE });
}

/**
 * Makes Engine.IO's substitute for an upgrade's response release the request. A listener on the TCP
 * socket retains the substitute until the socket closes.
 */
export function forgetUpgrades(io: OnairServer): void {
  io.engine.use((_request: IncomingMessage, response: { req: unknown }, next: () => void) => {
    if (!(response instanceof ServerResponse)) response.req = null;
    next();
  });
}

type Listener = (...args: unknown[]) => void;
type Listeners = {
  listeners(event: 'error'): Listener[];
  off(event: 'error', listener: Listener): void;
};

/** The private parts of Engine.IO's connections that are used here. */
type Parts = {
  request: IncomingMessage | null;
  transport: { socket: Listeners; removeAllListeners(event: 'headers'): void };
};

const EMPTY_HANDSHAKE: OnairSocket['handshake'] = {
  headers: {},
  time: '',
  address: '',
  xdomain: false,
  secure: false,
  issued: 0,
  url: '',
  query: {},
  auth: {},
};
