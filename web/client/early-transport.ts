import { WebSocket as WebSocketTransport } from 'socket.io-client';
import { CONNECT_PACKET, takeEarlySocket } from './head-start.js';

type CreateSocket = WebSocketTransport['createSocket'];
type DoWrite = WebSocketTransport['doWrite'];

/**
 * Engine.IO over the socket that the page opened early if that is available, otherwise over a new
 * one.
 */
export class EarlyTransport extends WebSocketTransport {
  #isConnectSent = false;

  override createSocket(...args: Parameters<CreateSocket>): ReturnType<CreateSocket> {
    const early = takeEarlySocket(args[0]);
    if (early === null) return super.createSocket(...args);
    this.#isConnectSent = early.isConnectSent;
    return early.socket;
  }

  override doWrite(...args: Parameters<DoWrite>): void {
    const isRepeated = this.#isConnectSent && args[1] === CONNECT_PACKET;
    if (isRepeated) this.#isConnectSent = false;
    else super.doWrite(...args);
  }
}
