import type { IncomingMessage } from 'node:http';
import type { OnairSocket } from '../common/gateway.js';

/**
 * Frees the data of a connection's first request (headers, query, cookies), which Socket.IO retains
 * for the connection's lifetime. Nobody reads it after the socket has its identity, and it takes
 * several kilobytes per idle viewer.
 */
export function forgetHandshake(socket: OnairSocket): void {
  const connection: { request: IncomingMessage | null } = socket.conn;
  if (connection.request) {
    // An engine.io listener on the TCP socket holds the request until the end.
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
