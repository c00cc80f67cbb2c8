import type { Socket } from 'socket.io';

/**
 * The maximum backlog of one connection. If the backlog exceeds it, the connection is cut, and the
 * client catches up after reconnecting.
 */
export const BACKLOG_MAX_BYTES = 1024 * 1024;
/** The maximum number of packets queued in front of the socket's own buffer. */
const BACKLOG_MAX_PACKETS = 500;

const WEBSOCKET_OPEN = 1;

/** The private parts of Engine.IO and ws sockets that are used here. */
type Parts = {
  readyState: string;
  writeBuffer: readonly { data?: unknown }[];
  sendPacket(type: string, data: string | undefined, options: PacketOptions): void;
  pingTimeoutTimer: NodeJS.Timeout | null;
  pingIntervalTimer: NodeJS.Timeout | null;
  transport: {
    writable: boolean;
    socket: {
      readyState: number;
      _sender: { sendFrame(frame: readonly Buffer[]): void };
      _socket: { writableLength: number } | null;
      terminate(): void;
    };
  };
};
type PacketOptions = { wsPreEncodedFrame: readonly Buffer[]; compress: boolean };

/** A socket's connection, which carries Engine.IO's packets over a WebSocket. */
export type EngineConnection = Socket['conn'];

/** A packet that is encoded once for all connections, none of which modifies it. */
export type SharedPacket = Readonly<{
  type: 'message' | 'ping';
  data?: string;
  /** The packet as a complete WebSocket frame, in a list as ws expects. */
  frame: readonly [Buffer];
}>;

/** Sends a packet. A connection that is too far behind is cut instead. */
export function sendShared(connection: EngineConnection, packet: SharedPacket): void {
  const { readyState, transport, writeBuffer } = partsOf(connection);
  const webSocket = transport.socket;
  if (readyState !== 'open' || webSocket.readyState !== WEBSOCKET_OPEN) return;
  if (isBehind(connection)) return webSocket.terminate();
  // The queue is empty, so a direct write to the socket preserves the order.
  if (transport.writable && writeBuffer.length === 0) webSocket._sender.sendFrame(packet.frame);
  else
    partsOf(connection).sendPacket(packet.type, packet.data, {
      wsPreEncodedFrame: packet.frame,
      compress: false,
    });
}

/** Whether a client doesn't read its messages, which would then accumulate in memory. */
export function isBehind(connection: EngineConnection): boolean {
  const { transport, writeBuffer } = partsOf(connection);
  let waitingBytes = transport.socket._socket?.writableLength ?? 0;
  // This buffer holds replies while the socket's own buffer is full. It is usually empty.
  if (writeBuffer.length > 0) {
    if (writeBuffer.length > BACKLOG_MAX_PACKETS) return true;
    for (const { data } of writeBuffer)
      waitingBytes += typeof data === 'string' ? Buffer.byteLength(data) : 0;
  }
  return waitingBytes > BACKLOG_MAX_BYTES;
}

/** Ends a connection without flushing its backlog. */
export function cut(connection: EngineConnection): void {
  partsOf(connection).transport.socket.terminate();
}

/** Stops a connection's pings and timeouts by Engine.IO. */
export function stopOwnHeartbeat(connection: EngineConnection): void {
  const parts = partsOf(connection);
  clearTimeout(parts.pingIntervalTimer ?? undefined);
  clearTimeout(parts.pingTimeoutTimer ?? undefined);
  parts.pingIntervalTimer = null;
  parts.pingTimeoutTimer = null;
}

/** Returns a final, unmasked text frame (RFC 6455 5.2) in one buffer. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = 0x81;
  if (headerLength === 2) frame[1] = length;
  else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerLength);
  return frame;
}

function partsOf(connection: EngineConnection): Parts {
  return connection as unknown as Parts;
}
