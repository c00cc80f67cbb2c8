import { setTimeout as wait } from 'node:timers/promises';
import { debuglog } from 'node:util';
import { PionLoad } from './pion-load.js';
import { CannotRun, comparison, figure, type Row } from './row.js';
import { MEDIAMTX, startMediamtx, startOnair, type WhepServer } from './whep-servers.js';

/** NODE_DEBUG=bench prints each round. */
const debug = debuglog('bench');
const AUDIENCES = [40, 150];
const ROUNDS = 5;
const ROUND_MS = 4_000;
/** The time after a pause until packets arrive evenly again. */
const RESUME_MS = 1_000;
/** The maximum number of passes, including those not counted because too many packets were lost. */
const PASSES_MAX = 2 * ROUNDS;
/** If a larger share of packets is lost, the server or its viewers had too little CPU time. */
const LOST_MAX = 0.01;
const RATIO_AT_MOST = 0.45;

/** The CPU time that a server used per packet received by its viewers in a round. */
type Cost = { cpuUs: number; mainCpuUs: number; lostShare: number };
/** The costs of all servers, in the servers' order. */
type Pass = readonly Cost[];

/**
 * Compares the CPU time of all processes of the service, per RTP packet delivered over WHEP, with
 * that of MediaMTX (MEDIAMTX_BIN), and of the same service with another media worker
 * (BENCH_WORKER_BEFORE). All servers have the same clients. They take turns, and the order is
 * reversed each time. Rounds in which too many packets are missing don't count.
 * @throws {CannotRun} without Go, or if the machine is too busy for so many packets
 */
export async function benchWhepLoad(): Promise<Row[]> {
  const { program, remove } = PionLoad.compile();
  try {
    const rows: Row[] = [];
    for (const viewers of AUDIENCES) rows.push(...(await measure(program, viewers)));
    return rows;
  } finally {
    await remove();
  }
}

async function measure(program: string, viewers: number): Promise<Row[]> {
  const servers: WhepServer[] = [];
  const subjects: Subject[] = [];
  try {
    for (const start of starts()) {
      const server = await start();
      servers.push(server);
      subjects.push(await Subject.start(server, program, viewers));
    }
    const passes: Pass[] = [];
    for (let n = 0; n < PASSES_MAX && passes.length < ROUNDS; n += 1) {
      const pass = await passOf(subjects, n);
      if (pass.every(({ lostShare }) => lostShare <= LOST_MAX)) passes.push(pass);
    }
    if (passes.length === 0)
      throw new CannotRun(
        'The machine is too busy for so many packets. BENCH_FRAME_RATE=10 takes a third of them.',
      );
    return rowsOf(servers, passes, viewers);
  } finally {
    for (const subject of subjects) subject.stop();
    for (const server of servers) await server.close();
  }
}

async function passOf(subjects: readonly Subject[], n: number): Promise<Pass> {
  const costs = new Map<Subject, Cost>();
  for (const subject of n % 2 === 0 ? subjects : subjects.toReversed())
    costs.set(subject, await subject.round());
  const pass = subjects.flatMap((subject) => costs.get(subject) ?? []);
  debug('pass %d: %j', n, pass);
  return pass;
}

function starts(): (() => Promise<WhepServer>)[] {
  const { MEDIAMTX_BIN: mediamtx, BENCH_WORKER_BEFORE: worker } = process.env;
  return [
    () => startOnair('Onair'),
    ...(mediamtx ? [() => startMediamtx(mediamtx)] : []),
    ...(worker ? [() => startOnair('Onair with the other worker', worker)] : []),
  ];
}

function rowsOf(servers: readonly WhepServer[], passes: readonly Pass[], viewers: number): Row[] {
  const name = `${viewers} WHEP viewers, CPU of the service per delivered packet`;
  const unit = 'µs/packet';
  const values = (key: keyof Cost, server = 0) =>
    passes.map((pass) => pass[server]?.[key] ?? Number.NaN);
  return [
    figure(name, { unit, values: values('cpuUs'), atMost: null }),
    figure(`${name}: the main process`, { unit, values: values('mainCpuUs'), atMost: null }),
    ...servers.slice(1).map(({ title }, index) => {
      const theirs = values('cpuUs', index + 1);
      return comparison(`${name}, against ${title}`, {
        unit,
        rounds: values('cpuUs').map((measured, n) => ({
          measured,
          baseline: theirs[n] ?? Number.NaN,
        })),
        ratioAtMost: title === MEDIAMTX ? RATIO_AT_MOST : null,
      });
    }),
  ];
}

/** A server with a publisher and its viewers. */
class Subject {
  readonly server: WhepServer;
  readonly #load: PionLoad;

  private constructor(server: WhepServer, load: PionLoad) {
    this.server = server;
    this.#load = load;
  }

  static async start(server: WhepServer, program: string, viewers: number): Promise<Subject> {
    const load = await PionLoad.start(program, server.endpoints);
    const subject = new Subject(server, load);
    try {
      await subject.#assemble(viewers);
      return subject;
    } catch (error) {
      load.stop();
      throw error;
    }
  }

  async round(): Promise<Cost> {
    await this.#load.go();
    await wait(RESUME_MS);
    const before = await this.#usage();
    await wait(ROUND_MS);
    const after = await this.#usage();
    await this.#load.pause();
    const packets = after.packets - before.packets;
    return {
      cpuUs: (after.cpuUs - before.cpuUs) / packets,
      mainCpuUs: (after.mainCpuUs - before.mainCpuUs) / packets,
      lostShare: (after.lost - before.lost) / packets,
    };
  }

  stop(): void {
    this.#load.stop();
  }

  /** Connects the viewers while nothing is sent, then lets all of them receive packets. */
  async #assemble(viewers: number): Promise<void> {
    await wait(RESUME_MS);
    await this.#load.pause();
    await this.#load.join(viewers);
    await this.#load.go();
    await wait(RESUME_MS);
    const { players, packets } = await this.#load.counts();
    if (players !== viewers || packets === 0)
      throw new Error(`${this.server.title}: ${players} viewers received ${packets} packets`);
    await this.#load.pause();
  }

  async #usage() {
    const [counts, cpuUs, mainCpuUs] = await Promise.all([
      this.#load.counts(),
      this.server.cpuUs(),
      this.server.mainCpuUs?.() ?? 0,
    ]);
    return { ...counts, cpuUs, mainCpuUs };
  }
}
