import { setTimeout as wait } from 'node:timers/promises';
import { registerWithChannel } from '../test/support/people.js';
import type { ServerProcess } from '../test/support/server-process.js';
import type { Sent, Taken } from './cluster-chat-load.js';
import { ClusterNodes } from './cluster-nodes.js';
import { CpuQuota } from './cpu-quota.js';
import { MeasuredProcess } from './measured-process.js';
import { cpuUsOf } from './process-cpu.js';
import { comparison, type Round, type Row } from './row.js';

const CHANNELS = 2;
/** The number of clients per channel in each of a crowd's two processes. */
const CLIENTS = 250;
const ROUNDS = 5;
/** The messages that a process sends when they are due. */
const PACED = { perSecond: 20, seconds: 5 };
/** The messages that each process sends as fast as it can. A person may send five at once. */
const FLOOD = { messages: 400, inFlight: 32 };
/**
 * The share of a core that a node may use meanwhile. Otherwise, two nodes couldn't accept more
 * messages than one, because all nodes, the database and the clients share this machine's cores.
 */
const FLOOD_CORES = 0.3;
/** After this time, people may send five messages again. */
const REST_MS = 5_000;

/** Compares a chat with people on two nodes to a chat on a single node. */
export async function benchClusterChat(): Promise<Row[]> {
  const nodes = await ClusterNodes.create();
  const crowds: Crowd[] = [];
  try {
    const a = await nodes.start('a', { LOG_LEVEL: 'warn' });
    const b = await nodes.start('b', { LOG_LEVEL: 'warn' });
    const split = await Crowd.gather('split', [a, b]);
    crowds.push(split);
    const together = await Crowd.gather('together', [a, a]);
    crowds.push(together);
    const database = () => nodes.databaseCpuUs();
    const work = async (crowd: Crowd): Promise<Worked> => {
      const worked = await crowd.work(database);
      await wait(REST_MS);
      const flooded = await crowd.flood();
      await wait(REST_MS);
      return { ...worked, ...flooded };
    };
    for (const crowd of crowds) {
      await work(crowd);
      await crowd.rest();
    }
    const latencies: Round[] = [];
    const works: { split: Worked; together: Worked }[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      const [baseline, measured] = await split.latencies();
      latencies.push({ measured, baseline });
      works.push({ together: await work(together), split: await work(split) });
    }
    return [latencyRow(latencies), ...workRows(works)];
  } finally {
    for (const crowd of crowds) await crowd.leave();
    await nodes.close();
  }
}

function latencyRow(rounds: readonly Round[]): Row {
  const name = `chat of ${2 * CLIENTS}, half of them on each of two nodes: latency, p99`;
  return comparison(`${name}, on the other node and on the writer’s`, {
    unit: 'ms',
    rounds,
    ratioAtMost: 2,
  });
}

/**
 * CPU times are per message that was sent when due, in microseconds. The nodes' CPU times exclude
 * what they use without messages.
 */
type Worked = Flooded & { nodeUs: number; databaseUs: number; clientsUs: number };

/** `isLimited`: whether each node could use no more than {@link FLOOD_CORES}. */
type Flooded = { perSecond: number; isLimited: boolean };

function workRows(works: readonly { split: Worked; together: Worked }[]): Row[] {
  const rounds = (of: (worked: Worked) => number): Round[] =>
    works.map(({ split, together }) => ({ measured: of(split), baseline: of(together) }));
  const unit = 'µs';
  const isLimited = works.every(({ split, together }) => split.isLimited && together.isLimited);
  const limit = isLimited ? `, each with ${FLOOD_CORES} of a core` : '';
  return [
    comparison(`messages acknowledged per second, two nodes and one${limit}`, {
      unit: '/s',
      rounds: rounds(({ perSecond }) => perSecond),
      ratioAtLeast: 1.5,
    }),
    comparison('messages per second of CPU of the busier node, two nodes and one', {
      unit: '/s',
      rounds: rounds(({ nodeUs }) => 1_000_000 / nodeUs),
      ratioAtLeast: 1.5,
    }),
    comparison('  CPU of the busier node per message', {
      unit,
      rounds: rounds(({ nodeUs }) => nodeUs),
    }),
    comparison('  CPU of PostgreSQL per message', {
      unit,
      rounds: rounds(({ databaseUs }) => databaseUs),
    }),
    comparison('  CPU of the clients per message', {
      unit,
      rounds: rounds(({ clientsUs }) => clientsUs),
    }),
  ];
}

/** The people of some channels: two processes, each connected to one node. */
class Crowd {
  readonly #nodes: readonly [ServerProcess, ServerProcess];
  readonly #processes: readonly MeasuredProcess[];
  /** The CPU time that each node uses per millisecond without messages, mostly for pings, in µs. */
  #idleUs: readonly number[] = [];

  private constructor(
    nodes: readonly [ServerProcess, ServerProcess],
    processes: readonly MeasuredProcess[],
  ) {
    this.#nodes = nodes;
    this.#processes = processes;
  }

  static async gather(
    name: string,
    nodes: readonly [ServerProcess, ServerProcess],
  ): Promise<Crowd> {
    const channels = Array.from({ length: CHANNELS }, (_, i) => `bench-${name}-${i}`);
    for (const channel of channels) await registerWithChannel(nodes[0].url, channel);
    const crowd = new Crowd(
      nodes,
      await Promise.all(nodes.map(() => MeasuredProcess.start('cluster-chat-load.ts'))),
    );
    for (const [i, { url }] of nodes.entries())
      await crowd.#processes[i]?.ask({ name: 'connect', url, channels, clients: CLIENTS });
    return crowd;
  }

  /** Measures the nodes while nobody sends messages. */
  async rest(): Promise<void> {
    const before = await this.#nodesUs();
    await wait(REST_MS);
    this.#idleUs = (await this.#nodesUs()).map((us, i) => (us - (before[i] ?? 0)) / REST_MS);
  }

  /** Lets the first process send. Resolves with the p99 of each process's latencies, in ms. */
  async latencies(): Promise<[number, number]> {
    await this.#processes[0]?.ask<Sent>({ name: 'pace', ...PACED });
    const [first, second] = await this.#take(PACED.perSecond * PACED.seconds);
    return [first?.p99 ?? 0, second?.p99 ?? 0];
  }

  /** Lets both processes send messages when they are due. */
  async work(database: () => Promise<number>): Promise<Omit<Worked, keyof Flooded>> {
    const startMs = performance.now();
    const nodesBefore = await this.#nodesUs();
    const databaseBefore = await database();
    await Promise.all(this.#processes.map((one) => one.ask<Sent>({ name: 'pace', ...PACED })));
    const messages = PACED.perSecond * PACED.seconds * this.#processes.length;
    const taken = await this.#take(messages);
    const tookMs = performance.now() - startMs;
    const nodesUs = (await this.#nodesUs()).map(
      (us, i) => us - (nodesBefore[i] ?? 0) - (this.#idleUs[i] ?? 0) * tookMs,
    );
    const clientsUs = taken.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
    return {
      nodeUs: Math.max(...nodesUs) / messages,
      databaseUs: ((await database()) - databaseBefore) / messages,
      clientsUs: clientsUs / messages,
    };
  }

  /** Lets both processes send as fast as they can, until everybody has received the messages. */
  async flood(): Promise<Flooded> {
    const pids = [...new Set(this.#nodes.map(({ pid }) => pid))];
    const quotas = await Promise.all(pids.map((pid) => CpuQuota.limit(pid, FLOOD_CORES)));
    try {
      const sent = await Promise.all(
        this.#processes.map((one) => one.ask<Sent>({ name: 'flood', ...FLOOD })),
      );
      const messages = FLOOD.messages * sent.length;
      await this.#take(messages);
      const tookMs = Math.max(...sent.map((one) => one.tookMs));
      const isLimited = quotas.every((quota) => quota !== null);
      return { perSecond: messages / (tookMs / 1_000), isLimited };
    } finally {
      for (const quota of quotas) await quota?.release();
    }
  }

  async leave(): Promise<void> {
    for (const one of this.#processes) await one.stop();
  }

  /** Waits until everybody has received `messages`. */
  #take(messages: number): Promise<Taken[]> {
    const deliveries = messages * CLIENTS;
    return Promise.all(this.#processes.map((one) => one.ask<Taken>({ name: 'take', deliveries })));
  }

  #nodesUs(): Promise<number[]> {
    return Promise.all(this.#nodes.map(({ pid }) => cpuUsOf(pid)));
  }
}
