import type { IncomingMessage } from 'node:http';
import type { OnairSocket } from '../common/gateway.js';

/**
 * Frees what Socket.IO keeps of a connection's first request (headers, query, cookies) for as long as
 * the connection lives: nobody reads it after the socket has its identity, and it is several kilobytes
 * of every idle viewer's memory.
 */
export function forgetHandshake(socket: OnairSocket): void {
  const connection: { request: IncomingMessage | null } = socket.conn;
  if (connection.request) {
    // A listener of engine.io's on the TCP socket holds the request itself until the end.
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
