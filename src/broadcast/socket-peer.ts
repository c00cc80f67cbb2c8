import type { OnairSocket } from '../common/gateway.js';
import type { EventName, EventPayload } from '../protocol/events.js';
import type { Peer } from './peer.js';

/**
 * A socket's client. One object exists per viewer, so it is small: its methods are on the class.
 */
export class SocketPeer implements Peer {
  readonly #socket: OnairSocket;

  constructor(socket: OnairSocket) {
    this.#socket = socket;
  }

  get id(): string {
    return this.#socket.id;
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  send<N extends EventName>(name: N, payload: EventPayload<N>): void {
    // Socket.IO's event map can't be indexed by a type parameter.
    (this.#socket as { emit: (event: string, payload: unknown) => boolean }).emit(name, payload);
  }
}
