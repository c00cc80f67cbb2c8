import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../common/logger.js';
import type { RelayListener, RelayOptions } from './ice-relay.js';
import type { RelayCommand, RelayReport } from './relay-messages.js';

/**
 * The worker thread that relays the media for all WHIP targets, so that passing packets on never
 * delays the main thread. It is started on demand, and replaced if it dies.
 */
export class RelayThread {
  readonly #log: Log;
  readonly #listeners = new Map<number, RelayListener>();
  #next = 0;
  #worker: Worker | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Opens a relay; returns the function that closes it. See `IceRelay`. */
  open(options: RelayOptions, listener: RelayListener): () => void {
    const worker = (this.#worker ??= this.#start());
    const relay = this.#next;
    this.#next += 1;
    this.#listeners.set(relay, listener);
    const send = (command: RelayCommand): void => worker.postMessage(command);
    send({ relay, type: 'open', options });
    return () => {
      if (!this.#listeners.delete(relay)) return;
      send({ relay, type: 'close' });
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Ends the thread; open relays are lost. */
  close(): void {
    const worker = this.#worker;
    if (!worker) return;
    this.#lost(worker);
    worker
      .terminate()
      .catch((err: unknown) => this.#log.error({ err }, 'the relay thread could not be stopped'));
  }

  #start(): Worker {
    const name = `./relay.worker${extname(import.meta.url)}`;
    const worker = new Worker(new URL(name, import.meta.url));
    worker.unref();
    worker.on('message', ({ relay, type }: RelayReport) => {
      const listener = this.#listeners.get(relay);
      if (type === 'lost') this.#listeners.delete(relay);
      listener?.[type]();
    });
    worker.on('error', (err) => this.#log.warn({ err }, 'the relay thread failed'));
    worker.on('exit', () => this.#lost(worker));
    return worker;
  }

  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost();
  }
}
