import { registerWithChannel } from '../test/support/people.js';
import { MeasuredProcess } from './measured-process.js';
import { comparison, type Round, type Row } from './row.js';

const CLIENTS = 1_000;
const ROUNDS = 5;
/** One message per frame: the interval is longer than the one at which the server batches them. */
const SINGLE = { name: 'send', bursts: 60, burst: 1, gapMs: 60 } as const;
/** Sends ten messages at a time. */
const BURST = { name: 'send', bursts: 20, burst: 10, gapMs: 120 } as const;

/** Sent before the measurement, so that the database's code is JIT-compiled. */
const WARM_UP = { name: 'send', bursts: 600, burst: 1, gapMs: 10 } as const;

type Load = typeof SINGLE | typeof BURST | typeof WARM_UP;

/**
 * Measures the chat server's CPU time per delivered message, compared with a minimal server.
 * Onair's figure includes validation and storage. The baseline for bursts is single messages on the
 * minimal server, because that never merges messages into one frame.
 */
export async function benchChat(): Promise<Row[]> {
  const onair = await ChatUnderLoad.start('chat-server.ts', 'bench-chat');
  const bare = await ChatUnderLoad.start('chat-bare-server.ts', null);
  const single: Round[] = [];
  const burst: Round[] = [];
  try {
    for (const chat of [onair, bare]) await chat.measure(WARM_UP);
    for (let round = 0; round < ROUNDS; round += 1) {
      const measured = await onair.measure(SINGLE);
      const baseline = await bare.measure(SINGLE);
      single.push({ measured, baseline });
      burst.push({ measured: await onair.measure(BURST), baseline });
    }
  } finally {
    await onair.stop();
    await bare.stop();
  }
  const unit = 'µs/delivery';
  return [
    comparison(`chat to ${CLIENTS} clients, one message per frame`, {
      unit,
      rounds: single,
      ratioAtMost: 1.2,
    }),
    comparison(`chat to ${CLIENTS} clients, bursts of ten (baseline: one message per frame)`, {
      unit,
      rounds: burst,
      ratioAtMost: 0.3,
    }),
  ];
}

/** A chat server and, in a second process, its clients. */
class ChatUnderLoad {
  readonly #server: MeasuredProcess;
  readonly #load: MeasuredProcess;

  private constructor(server: MeasuredProcess, load: MeasuredProcess) {
    this.#server = server;
    this.#load = load;
  }

  static async start(file: string, channel: string | null): Promise<ChatUnderLoad> {
    const server = await MeasuredProcess.start(file);
    const load = await MeasuredProcess.start('chat-load.ts');
    if (channel !== null) await registerWithChannel(server.url, channel);
    await load.ask({ name: 'connect', url: server.url, clients: CLIENTS, channel });
    return new ChatUnderLoad(server, load);
  }

  /** Measures the server's CPU time per delivery, in microseconds. */
  async measure(load: Load): Promise<number> {
    const before = await this.#server.ask<{ cpuUs: number }>({ name: 'cpu' });
    const { delivered } = await this.#load.ask<{ delivered: number }>(load);
    const after = await this.#server.ask<{ cpuUs: number }>({ name: 'cpu' });
    return (after.cpuUs - before.cpuUs) / delivered;
  }

  async stop(): Promise<void> {
    await this.#load.stop();
    await this.#server.stop();
  }
}
