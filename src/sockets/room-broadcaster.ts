import { type Socket } from 'socket.io';
import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import type { Packet } from 'socket.io-parser';
import { sendShared, type SharedPacket, textFrame } from './engine-connection.js';

/**
 * Sends to rooms by encoding one frame and writing it to every socket. Socket.IO's own adapter
 * shares the frame's bytes too, but passes them through three packet queues per socket.
 */
export class RoomBroadcaster extends Adapter {
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.nsp.name as string;
    const text = (this.nsp.server.encoder as { encode(packet: Packet): unknown[] }).encode(packet);
    const [data] = text;
    if (text.length !== 1 || typeof data !== 'string') return super.broadcast(packet, options);
    const shared: SharedPacket = { type: 'message', data, frame: [textFrame(`4${data}`)] };
    const sockets = this.nsp.sockets as Map<string, Socket>;
    const { rooms, except } = options;
    const excepted = this.#ids(except ?? new Set());
    for (const id of rooms.size === 0 ? sockets.keys() : this.#ids(rooms)) {
      const socket = excepted.has(id) ? undefined : sockets.get(id);
      if (socket) sendShared(socket.conn, shared);
    }
  }

  #ids(rooms: ReadonlySet<string>): ReadonlySet<string> {
    const [only] = rooms;
    if (rooms.size === 1 && only !== undefined) return this.rooms.get(only) ?? new Set();
    return new Set([...rooms].flatMap((room) => [...(this.rooms.get(room) ?? [])]));
  }
}
