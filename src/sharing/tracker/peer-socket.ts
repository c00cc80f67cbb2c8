import type { WebSocket } from 'ws';
import { SerialQueue } from '../../common/serial-queue.js';
import { type Rate, TokenBucket } from '../../common/token-bucket.js';
import type { TrackerCaller } from '../sharing.service.js';
import type { TrackerReply } from './tracker-message.js';

/**
 * The maximum message rate. A peer announces itself once a minute, and answers the offers that it
 * receives.
 */
const MESSAGE_RATE: Rate = { burst: 60, perSecond: 4 };
/** The maximum number of messages waiting for an access check. */
const WAITING_MAX = 60;
/** The maximum backlog of a socket. A client that exceeds it doesn't read its messages. */
const BACKLOG_MAX_BYTES = 256 * 1024;

/** One connection to the tracker. */
export class PeerSocket {
  readonly caller: TrackerCaller;
  readonly #webSocket: WebSocket;
  readonly #bucket: TokenBucket;
  readonly #queue = new SerialQueue(WAITING_MAX);
  /** Whether the client has sent anything since the last ping. */
  #isAlive = true;
  #heardMs: number;

  constructor(webSocket: WebSocket, caller: TrackerCaller, nowMs: number) {
    this.#webSocket = webSocket;
    this.caller = caller;
    this.#bucket = new TokenBucket(MESSAGE_RATE, nowMs);
    this.#heardMs = nowMs;
    webSocket.on('pong', () => {
      this.#isAlive = true;
    });
  }

  /** The time of the client's last message. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Whether the connection is open, so that it can be in swarms. */
  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  /** Records a message; returns false if there are too many. */
  hear(nowMs: number): boolean {
    this.#isAlive = true;
    this.#heardMs = nowMs;
    return this.#bucket.take(nowMs) === 0 && this.#queue.size < WAITING_MAX;
  }

  /** Runs a task after the earlier ones, so that messages take effect in order. */
  inTurn(task: () => Promise<void>): Promise<void> {
    return this.#queue.run(task);
  }

  send(message: TrackerReply): void {
    if (!this.isOpen) return;
    if (this.#webSocket.bufferedAmount > BACKLOG_MAX_BYTES) this.#webSocket.terminate();
    else this.#webSocket.send(JSON.stringify(message));
  }

  /** Pings the client; cuts the connection if the last ping is unanswered. */
  beat(): void {
    if (!this.#isAlive) {
      this.#webSocket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#webSocket.ping();
  }

  /** Closes the connection. @param code a close code (RFC 6455, section 7.4) */
  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  /** Ends the connection without a closing handshake. */
  cut(): void {
    this.#webSocket.terminate();
  }
}
