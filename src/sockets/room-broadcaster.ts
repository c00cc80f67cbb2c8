import { type Socket } from 'socket.io';
import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import type { Packet } from 'socket.io-parser';

/**
 * The maximum backlog of one connection. If it is exceeded, the connection is cut, and the client
 * catches up after reconnecting.
 */
export const BACKLOG_MAX_BYTES = 1024 * 1024;
/** The maximum number of packets queued in front of the socket's own buffer. */
const BACKLOG_MAX_PACKETS = 500;

/**
 * Sends to rooms by encoding one frame and writing it to every socket. Socket.IO's own adapter
 * shares the bytes of the frame too, but passes it through three packet queues for each socket.
 */
export class RoomBroadcaster extends Adapter {
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.nsp.name as string;
    const text = (this.nsp.server.encoder as { encode(packet: Packet): unknown[] }).encode(packet);
    const [payload] = text;
    if (text.length !== 1 || typeof payload !== 'string') return super.broadcast(packet, options);
    // Shared by all sockets, none of which modifies it.
    const frame = [textFrame(`4${payload}`)];
    const sockets = this.nsp.sockets as Map<string, Socket>;
    const { rooms, except } = options;
    const excepted = this.#ids(except ?? new Set());
    for (const id of rooms.size === 0 ? sockets.keys() : this.#ids(rooms)) {
      const socket = excepted.has(id) ? undefined : sockets.get(id);
      if (socket) send(socket, payload, frame);
    }
  }

  #ids(rooms: ReadonlySet<string>): ReadonlySet<string> {
    const [only] = rooms;
    if (rooms.size === 1 && only !== undefined) return this.rooms.get(only) ?? new Set();
    return new Set([...rooms].flatMap((room) => [...(this.rooms.get(room) ?? [])]));
  }
}

/** The private parts of Engine.IO and ws sockets that are used here. */
type Connection = {
  readyState: string;
  writeBuffer: readonly { data?: unknown }[];
  write(payload: string, options: { wsPreEncodedFrame: Buffer[]; compress: boolean }): void;
  transport: {
    writable: boolean;
    socket: {
      readyState: number;
      _sender: { sendFrame(frame: Buffer[]): void };
      _socket: { writableLength: number } | null;
      terminate(): void;
    };
  };
};

const WEBSOCKET_OPEN = 1;

function send(socket: Socket, payload: string, frame: Buffer[]): void {
  const connection = socket.conn as unknown as Connection;
  const { transport, writeBuffer } = connection;
  const webSocket = transport.socket;
  if (connection.readyState !== 'open' || webSocket.readyState !== WEBSOCKET_OPEN) return;
  if (isBehind(socket)) return webSocket.terminate();
  // The queue is empty, so a direct write to the socket preserves the order.
  if (transport.writable && writeBuffer.length === 0) webSocket._sender.sendFrame(frame);
  else connection.write(payload, { wsPreEncodedFrame: frame, compress: false });
}

/** Whether a client doesn't read its messages, so that they would accumulate in memory. */
export function isBehind({ conn }: Pick<Socket, 'conn'>): boolean {
  const { transport, writeBuffer } = conn as unknown as Connection;
  if (writeBuffer.length > BACKLOG_MAX_PACKETS) return true;
  let waitingBytes = transport.socket._socket?.writableLength ?? 0;
  // This buffer contains replies while the socket's own buffer is full. It is usually empty.
  for (const { data } of writeBuffer)
    waitingBytes += typeof data === 'string' ? Buffer.byteLength(data) : 0;
  return waitingBytes > BACKLOG_MAX_BYTES;
}

/** Ends a connection without flushing its backlog. */
export function cut({ conn }: Pick<Socket, 'conn'>): void {
  (conn as unknown as Connection).transport.socket.terminate();
}

/** Returns a final, unmasked text frame (RFC 6455 5.2) in one buffer. */
function textFrame(text: string): Buffer {
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
