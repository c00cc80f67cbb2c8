import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { LOOPBACK, type LoopbackPorts } from '../loopback-pair.js';

/** Sends RTP and RTCP to a loopback pair's receiving end, in place of the sending end. */
export class LoopbackSocket {
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * @param ports the ports of the pair, whose sending end must be closed
   * @param onPacket receives the receiving end's RTCP
   * @throws {Error} if the sending end's port is in use
   */
  static async open(
    { sender, receiver }: LoopbackPorts,
    onPacket: (rtcp: Buffer) => void,
  ): Promise<LoopbackSocket> {
    const socket = createSocket('udp4');
    try {
      socket.bind({ address: LOOPBACK, port: sender, exclusive: true });
      await once(socket, 'listening');
      socket.connect(receiver, LOOPBACK);
      await once(socket, 'connect');
    } catch (error) {
      socket.close();
      throw error;
    }
    // If the receiving end has just closed, packets are lost, and this socket is about to close.
    socket.on('error', () => undefined);
    socket.on('message', onPacket);
    return new LoopbackSocket(socket);
  }

  send(packet: Buffer): void {
    if (!this.#isClosed) this.#socket.send(packet);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
