import { setTimeout as wait } from 'node:timers/promises';
import { registerWithChannel } from '../test/support/people.js';
import type { ServerProcess } from '../test/support/server-process.js';
import type { Sent, Taken } from './cluster-chat-load.js';
import { ClusterNodes } from './cluster-nodes.js';
import { MeasuredProcess } from './measured-process.js';
import { cpuUsOf } from './process-cpu.js';
import { comparison, figure, type Round, type Row } from './row.js';

/** Channels with readers and writers on both nodes, and others whose people are all on one node. */
const CHANNELS = 4;
/** The number of clients of a channel in each of its two processes. */
const CLIENTS = 40;
const READERS = CHANNELS * CLIENTS;
const ROUNDS = 5;
const PACED = { perSecond: 40, seconds: 10 };
/** The number of messages that each process sends as fast as it can. People may send five at once. */
const FLOOD = { messages: 3 * READERS, inFlight: 32 };
/** After that time, people may send five messages again. */
const REST_MS = 5_000;

/** A chat whose people are connected to several nodes, compared with one node. */
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
    const database = () => nodes.backendsCpuUs();
    for (const crowd of crowds) {
      await crowd.pace();
      await crowd.flood(database);
      await wait(REST_MS);
    }
    const latencies: Round[] = [];
    const floods: { split: Flooded; together: Flooded }[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      const [same, other] = await split.pace();
      latencies.push({ measured: other, baseline: same });
      await wait(REST_MS);
      floods.push({ together: await together.flood(database), split: await split.flood(database) });
      await wait(REST_MS);
    }
    return [...latencyRows(latencies), ...floodRows(floods)];
  } finally {
    for (const crowd of crowds) await crowd.leave();
    await nodes.close();
  }
}

function latencyRows(rounds: readonly Round[]): Row[] {
  const name = `chat of ${2 * CLIENTS} on two nodes, ${PACED.perSecond} messages a second: p99`;
  return [
    comparison(`${name}, on the other node and on the writer’s`, {
      unit: 'ms',
      rounds,
      ratioAtMost: 2,
    }),
  ];
}

/** CPU times are per message, in microseconds. */
type Flooded = { perSecond: number; nodeUs: number; databaseUs: number; clientsUs: number };

function floodRows(rounds: readonly { split: Flooded; together: Flooded }[]): Row[] {
  const ratios = (of: (flooded: Flooded) => number): Round[] =>
    rounds.map(({ split, together }) => ({ measured: of(split), baseline: of(together) }));
  const costs = (of: (flooded: Flooded) => number) =>
    rounds.flatMap(({ split, together }) => [of(split), of(together)]);
  const unit = 'µs';
  return [
    comparison('messages acknowledged per second, two nodes and one', {
      unit: '/s',
      rounds: ratios(({ perSecond }) => perSecond),
      ratioAtLeast: 1.5,
    }),
    comparison('messages per second of a node’s CPU, two nodes and one', {
      unit: '/s',
      rounds: ratios(({ nodeUs }) => 1_000_000 / nodeUs),
      ratioAtLeast: 1.5,
    }),
    comparison('  CPU of the busiest node per message, two nodes and one', {
      unit,
      rounds: ratios(({ nodeUs }) => nodeUs),
    }),
    comparison('  CPU of PostgreSQL per message, two nodes and one', {
      unit,
      rounds: ratios(({ databaseUs }) => databaseUs),
    }),
    figure('  CPU of the clients per message', {
      unit,
      values: costs(({ clientsUs }) => clientsUs),
      atMost: null,
    }),
  ];
}

/** The people of some channels: two processes, each connected to one node. */
class Crowd {
  readonly #nodes: readonly [ServerProcess, ServerProcess];
  readonly #processes: readonly MeasuredProcess[];

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

  /** Lets the first process write. Resolves with the p99 of each process's latencies, in ms. */
  async pace(): Promise<[number, number]> {
    await this.#processes[0]?.ask<Sent>({ name: 'pace', ...PACED });
    const [first, second] = await this.#take(PACED.perSecond * PACED.seconds);
    return [first?.p99 ?? 0, second?.p99 ?? 0];
  }

  /** Lets both processes write as fast as they can. */
  async flood(database: () => Promise<number>): Promise<Flooded> {
    const nodesBefore = await this.#nodesUs();
    const databaseBefore = await database();
    const sent = await Promise.all(
      this.#processes.map((one) => one.ask<Sent>({ name: 'flood', ...FLOOD })),
    );
    const messages = FLOOD.messages * sent.length;
    const taken = await this.#take(messages);
    const nodesUs = (await this.#nodesUs()).map((us, i) => us - (nodesBefore[i] ?? 0));
    const clientsUs = taken.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
    return {
      perSecond: messages / (Math.max(...sent.map(({ tookMs }) => tookMs)) / 1_000),
      nodeUs: Math.max(...nodesUs) / messages,
      databaseUs: ((await database()) - databaseBefore) / messages,
      clientsUs: clientsUs / messages,
    };
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
