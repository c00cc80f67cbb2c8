import type { SrtCommand, SrtDestination, SrtEvent, SrtProgress } from './srt-messages.js';

/** The events of a connection. None follow `rejected`, `closed` or `failed`. */
export type SrtOutputEvents = Readonly<{
  /** The connection is open, and media can be sent. */
  connected: () => void;
  /**
   * The connection couldn't be opened.
   * @param reason see `SRT_REJECTION`
   */
  rejected: (reason: number) => void;
  /** Called every second. */
  progressed: (progress: SrtProgress) => void;
  /** The connection has ended. */
  closed: () => void;
  /** The process has ended, and the connection with it. */
  failed: () => void;
}>;

/** A connection that this server has opened or is opening. */
export type SrtOutput = Readonly<{
  /**
   * Sends whole packets of MPEG-TS, at most `DATA_MAX` bytes. Returns false if they are dropped
   * because the process isn't reading.
   */
  send: (data: Uint8Array) => boolean;
  /** Ends the connection, after which no more events are reported. Idempotent. */
  close: () => void;
}>;

type Process = Readonly<{
  command: (command: SrtCommand) => void;
  media: (id: number, data: Uint8Array) => boolean;
}>;

/** The connections that this server opens through one SRT process. Their numbers are odd. */
export class SrtOutputs {
  readonly #process: Process;
  readonly #events = new Map<number, SrtOutputEvents>();
  #nextId = 1;

  constructor(process: Process) {
    this.#process = process;
  }

  open(destination: SrtDestination, events: SrtOutputEvents): SrtOutput {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#events.set(id, events);
    this.#process.command({ command: 'connect', id, ...destination });
    return {
      send: (data) => this.#events.has(id) && this.#process.media(id, data),
      close: () => {
        if (this.#events.delete(id)) this.#process.command({ command: 'close', id });
      },
    };
  }

  /** Passes an event on to its connection. Returns whether it belongs to one of these. */
  handle(event: SrtEvent): boolean {
    if (!('id' in event) || event.id % 2 === 0) return false;
    const events = this.#events.get(event.id);
    if (event.event === 'rejected' || event.event === 'closed') this.#events.delete(event.id);
    if (event.event === 'connected') events?.connected();
    else if (event.event === 'rejected') events?.rejected(event.reason);
    else if (event.event === 'sending') events?.progressed(event);
    else if (event.event === 'closed') events?.closed();
    return true;
  }

  /** Reports the end of all connections, because the process has ended. */
  close(): void {
    const all = [...this.#events.values()];
    this.#events.clear();
    for (const { failed } of all) failed();
  }
}
