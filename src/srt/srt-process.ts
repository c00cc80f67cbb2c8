import type { Log } from '../common/logger.js';
import type { Rate } from '../common/token-bucket.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { PythonCommand } from '../processes/find-python-program.js';
import { MessageProcess } from '../processes/message-process.js';
import { mediaFrame, MediaFrameReader } from './media-frames.js';
import {
  type SrtCommand,
  type SrtDestination,
  SrtEvent,
  type SrtStatistics,
} from './srt-messages.js';
import { type SrtOutput, type SrtOutputEvents, SrtOutputs } from './srt-outputs.js';

/**
 * Each connection can buffer about 12 MB, and threads reserve more address space than they use. Each
 * connection that this server opens has a UDP socket of its own.
 */
const LIMITS = { memoryMiB: 8_192, cpuSeconds: null, openFiles: 1_024 };

/**
 * The maximum number of bytes that wait to be read by the process, for all connections. The process
 * reads at once and drops data that can't be sent, so that much data waits only if it is stuck.
 */
const WAITING_MAX = 8 * 1_048_576;

/** A caller that is waiting for an answer. `streamId` may contain a stream key. */
export type SrtCaller = Readonly<{ id: number; address: string; streamId: string }>;

/** The process that carries SRT connections (native/srt). */
export class SrtProcess {
  readonly #emitter = new TypedEmitter<{
    listening: [];
    unavailable: [message: string];
    asked: [SrtCaller];
    connected: [id: number];
    statistics: [id: number, SrtStatistics];
    media: [id: number, data: Uint8Array];
    disconnected: [id: number, silentMs: number];
    closed: [];
  }>();
  /**
   * `listening`, `unavailable`: the result of {@link listen}. `asked`: a caller waits for {@link
   * admit} or {@link refuse}. `disconnected`: an admitted caller has disconnected, or never
   * connected. `closed`: the process has ended or is about to.
   */
  readonly events = this.#emitter.listenable;
  readonly #process: MessageProcess;
  readonly #frames = new MediaFrameReader();
  readonly #log: Log;
  readonly #outputs = new SrtOutputs({
    command: (command) => this.#send(command),
    media: (id, data) => this.#sendMedia(id, data),
  });

  constructor(command: PythonCommand, log: Log) {
    this.#process = new MessageProcess({ command, name: 'SRT program', limits: LIMITS, log });
    this.#log = log;
    this.#process.events.on('message', (message) => this.#read(message));
    this.#process.bytes.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#process.events.on('closed', () => {
      this.#emitter.emit('closed');
      this.#emitter.clear();
      this.#outputs.close();
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Accepts callers at a UDP port of all addresses.
   * @param attempts the limit of each address's attempts
   */
  listen(port: number, attempts: Rate): void {
    this.#send({ command: 'listen', port, attempts });
  }

  /**
   * Lets a caller connect.
   * @param passphrase the passphrase with which the caller must encrypt; null if it doesn't encrypt
   */
  admit(id: number, passphrase: string | null): void {
    this.#send({ command: 'admit', id, passphrase });
  }

  /** @param reason one of `SRT_REFUSAL` */
  refuse(id: number, reason: number): void {
    this.#send({ command: 'refuse', id, reason });
  }

  /** Opens a connection to another server, on which media can be sent. */
  connect(destination: SrtDestination, events: SrtOutputEvents): SrtOutput {
    return this.#outputs.open(destination, events);
  }

  disconnect(id: number): void {
    this.#send({ command: 'close', id });
  }

  /** Ends the process. Idempotent. */
  close(): void {
    this.#process.close();
  }

  #send(command: SrtCommand): void {
    this.#process.send(command);
  }

  #sendMedia(id: number, data: Uint8Array): boolean {
    const { bytes, closed } = this.#process;
    if (closed || bytes.writableLength > WAITING_MAX) return false;
    bytes.write(mediaFrame({ id, data }));
    return true;
  }

  #read(message: unknown): void {
    const { data: event } = SrtEvent.safeParse(message);
    if (!event) return this.#log.warn('the SRT program wrote unreadable output');
    if (this.#outputs.handle(event)) return;
    switch (event.event) {
      case 'listening':
        return this.#emitter.emit('listening');
      case 'unavailable':
        return this.#emitter.emit('unavailable', event.message);
      case 'failed':
        return this.#log.warn(
          { command: event.command, error: event.error },
          'an SRT command failed',
        );
      case 'asked':
        return this.#emitter.emit('asked', event);
      case 'connected':
        return this.#emitter.emit('connected', event.id);
      case 'statistics':
        return this.#emitter.emit('statistics', event.id, event);
      case 'closed':
        return this.#emitter.emit('disconnected', event.id, event.silentMs);
      // These are for connections that this server opens.
      case 'rejected':
      case 'sending':
        return;
      default:
        return event satisfies never;
    }
  }

  #receive(bytes: Buffer): void {
    if (this.#process.closed) return;
    try {
      for (const { id, data } of this.#frames.push(bytes)) this.#emitter.emit('media', id, data);
    } catch (err) {
      this.#log.error({ err }, 'the SRT program sent an unreadable message; restarting it');
      this.close();
    }
  }
}
