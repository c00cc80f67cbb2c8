import type { IncomingMessage } from 'node:http';
import type { OnairSocket } from '../common/gateway.js';

/**
 * Releases the data of a connection's first request (headers, query, cookies), which Socket.IO
 * retains for the connection's lifetime. The data isn't needed after the socket has been
 * identified, and takes several kilobytes per idle viewer.
 */
export function forgetHandshake(socket: OnairSocket): void {
  const connection: { request: IncomingMessage | null } = socket.conn;
  if (connection.request) {
    // An Engine.IO listener on the TCP socket retains the request until the socket closes.
    connection.request.rawHeaders = [];
    connection.request.headers = {};
  }
  connection.request = null;
  Object.assign(socket, { handshake: EMPTY_HANDSHAKE });
}

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
