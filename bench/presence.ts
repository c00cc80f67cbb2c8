import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { registerWithChannel } from '../test/support/people.js';
import { MeasuredProcess } from './measured-process.js';
import { figure, type Row } from './row.js';

/** The number of viewers, half of which go silent. */
const VIEWERS = 10_000;
const ROUNDS = 3;
const CHANNEL = 'bench-presence';
/** The time after which pings are evenly distributed. */
const SETTLE_MS = 6_000;
const MEASURE_MS = 10_000;
const PATIENCE_MS = 20_000;

/** Measures the CPU time for tracking viewers, and the time until a silent viewer is detected. */
export async function benchPresence(): Promise<Row[]> {
  const server = await MeasuredProcess.start('chat-server.ts');
  const staying = await MeasuredProcess.start('sockets-load.ts');
  const leaving = await MeasuredProcess.start('sockets-load.ts');
  let watcher: Watcher | undefined;
  try {
    await registerWithChannel(server.url, CHANNEL);
    watcher = await Watcher.in(server.url);
    const before = await coresOf(server);
    for (const load of [staying, leaving])
      await load.ask({ name: 'open', url: server.url, clients: VIEWERS / 2, channel: CHANNEL });
    await watcher.until(VIEWERS + 1);
    await pause(SETTLE_MS);
    const idle = await coresOf(server);
    const missed: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) missed.push(await silence(leaving, watcher));
    return [
      figure(`presence of ${VIEWERS} viewers`, {
        unit: '% of a core',
        values: [(idle - before) * 100],
        atMost: null,
      }),
      figure(`half of ${VIEWERS} become silent: until the others are notified`, {
        unit: 'ms',
        values: missed,
        atMost: 5_000,
      }),
    ];
  } finally {
    watcher?.close();
    for (const each of [staying, leaving, server]) await each.stop();
  }
}

/** Suspends a process until the server has detected that its connections are silent. */
async function silence(leaving: MeasuredProcess, watcher: Watcher): Promise<number> {
  process.kill(leaving.pid, 'SIGSTOP');
  const startMs = performance.now();
  const missedMs = await watcher.until(VIEWERS / 2 + 1).finally(() => {
    process.kill(leaving.pid, 'SIGCONT');
  });
  await watcher.until(VIEWERS + 1);
  await pause(SETTLE_MS);
  return missedMs - startMs;
}

async function coresOf(server: MeasuredProcess): Promise<number> {
  const cpuUs = async () => (await server.ask<{ cpuUs: number }>({ name: 'cpu' })).cpuUs;
  const before = await cpuUs();
  await pause(MEASURE_MS);
  return ((await cpuUs()) - before) / 1_000 / MEASURE_MS;
}

/** An additional viewer, which observes the number of viewers. */
class Watcher {
  readonly #socket: Socket;
  readonly #events = new EventEmitter();
  #viewers = 0;
  #atMs = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('channel:stats', ({ viewers }: { viewers: number }) => {
      this.#viewers = viewers;
      this.#atMs = performance.now();
      this.#events.emit('told');
    });
  }

  static async in(url: string): Promise<Watcher> {
    const socket = io(url, { transports: ['websocket'], forceNew: true });
    const watcher = new Watcher(socket);
    await socket.timeout(PATIENCE_MS).emitWithAck('viewer:join', { channel: CHANNEL });
    return watcher;
  }

  /** Resolves with the time at which this number was reported. */
  async until(viewers: number): Promise<number> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (this.#viewers !== viewers) await once(this.#events, 'told', { signal });
    return this.#atMs;
  }

  close(): void {
    this.#socket.disconnect();
  }
}
