import { type EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { api, registerWithChannel } from '../test/support/people.js';
import { h264Viewer } from '../test/support/rtc.js';
import { WeriftPublisher } from '../test/support/werift-publisher.js';
import { MeasuredProcess } from './measured-process.js';
import { figure, type Row, spread } from './row.js';

const CHANNEL = 'bench-main';
const ROUNDS = 5;
const ROUND_MS = 8_000;
/** The time after which startup work is done and code is compiled. */
const WARM_UP_MS = 20_000;
/** The numbers of viewers, in the order in which they are measured. */
const AUDIENCES = [100, 300] as const;
const AT_ONCE = 20;
const PATIENCE_MS = 60_000;

/**
 * The servers. All except the first have one broadcast, and each does one thing more than the
 * previous one.
 */
const STAGES = [
  { name: 'idle', live: false, off: ['packaging', 'statistics'], recorded: false },
  { name: 'a broadcast', live: true, off: ['packaging', 'statistics'], recorded: false },
  { name: 'packaging', live: true, off: ['statistics'], recorded: false },
  { name: 'recording', live: true, off: ['statistics'], recorded: true },
  { name: 'statistics', live: true, off: [], recorded: true },
] as const;
type Stage = (typeof STAGES)[number];

/**
 * Measures the CPU time that each part of a broadcast and each viewer add to the server's process,
 * without its media workers. The servers run at the same time, so that other load
 * affects all of them.
 */
export async function benchMainProcess(): Promise<Row[]> {
  const subjects: Subject[] = [];
  try {
    subjects.push(...(await Promise.all(STAGES.map((stage) => Subject.start(stage)))));
    await pause(WARM_UP_MS);
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await sharesOf(subjects));
    return [...partRows(rounds), ...(await viewerRows(subjects))];
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

function partRows(rounds: readonly (readonly number[])[]): Row[] {
  return STAGES.map(({ name }, i) => {
    const added = (shares: readonly number[]) => (shares[i] ?? 0) - (shares[i - 1] ?? 0);
    return figure(i === 0 ? 'main process: idle' : `main process: ${name} adds`, {
      unit: '% of a core',
      values: rounds.map(added),
      atMost: null,
    });
  });
}

async function viewerRows(subjects: readonly Subject[]): Promise<Row[]> {
  const full = subjects.at(-1);
  if (!full) return [];
  const rows: Row[] = [];
  const shares = async () => {
    const values: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [share = 0] = await sharesOf([full]);
      values.push(share);
    }
    return values;
  };
  const { median: alone } = spread(await shares());
  for (const viewers of AUDIENCES) {
    await full.fill(viewers);
    await pause(WARM_UP_MS);
    rows.push(
      figure(`main process: each of ${viewers} viewers adds`, {
        unit: 'µs/s',
        values: (await shares()).map((share) => ((share - alone) * 10_000) / viewers),
        atMost: null,
      }),
    );
  }
  return rows;
}

/** Returns the shares of a core, in percent, that the servers used at the same time. */
async function sharesOf(subjects: readonly Subject[]): Promise<number[]> {
  const usage = () => Promise.all(subjects.map((subject) => subject.cpuUs()));
  const fromMs = performance.now();
  const before = await usage();
  await pause(ROUND_MS);
  const after = await usage();
  const elapsedMs = performance.now() - fromMs;
  return after.map((us, i) => (us - (before[i] ?? 0)) / 10 / elapsedMs);
}

/** A server, with the publisher and the viewers of its broadcast. */
class Subject {
  readonly #server: MeasuredProcess;
  readonly #folder: string;
  #publisher: WeriftPublisher | null = null;
  readonly #viewers: Socket[] = [];

  private constructor(server: MeasuredProcess, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  static async start({ live, off, recorded }: Stage): Promise<Subject> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-bench-'));
    const server = await MeasuredProcess.start('main-process-server.ts', {
      args: [...off],
      env: { BENCH_DATA_DIR: folder },
    });
    const subject = new Subject(server, folder);
    const owner = await registerWithChannel(server.url, CHANNEL);
    const path = `/channels/${CHANNEL}`;
    await api(server.url, owner, 'PATCH', `${path}/recording`, {
      enabled: recorded,
      keepDays: null,
      keepLast: null,
    });
    if (!live) return subject;
    const { streamKey: key } = await api<{ streamKey: string }>(
      server.url,
      owner,
      'POST',
      `${path}/stream-key`,
    );
    const film = { video: 'h264', audio: true, size: '320x180' } as const;
    subject.#publisher = new WeriftPublisher({ url: server.url, channel: CHANNEL, key, film });
    const { status, text } = await subject.#publisher.publish();
    if (status !== 201) throw new Error(`WHIP: ${status} ${text}`);
    return subject;
  }

  async cpuUs(): Promise<number> {
    return (await this.#server.ask<{ cpuUs: number }>({ name: 'cpu' })).cpuUs;
  }

  /**
   * Lets viewers join until there are this many. Each has a transport and consumers in the media
   * worker, watches the chat, and answers pings; media isn't received, as it doesn't pass through
   * the measured process.
   */
  async fill(viewers: number): Promise<void> {
    while (this.#viewers.length < viewers) {
      const next = Math.min(AT_ONCE, viewers - this.#viewers.length);
      this.#viewers.push(...(await Promise.all(Array.from({ length: next }, () => this.#join()))));
    }
  }

  async #join(): Promise<Socket> {
    const options = { transports: ['websocket'], reconnection: false, forceNew: true };
    const socket = io(this.#server.url, options);
    await once(socket as unknown as EventEmitter, 'connect');
    const requests = {
      'viewer:join': { channel: CHANNEL, rtpCapabilities: h264Viewer },
      'chat:join': { channel: CHANNEL },
    };
    for (const [name, payload] of Object.entries(requests)) {
      const reply: { ok: boolean } = await socket.timeout(PATIENCE_MS).emitWithAck(name, payload);
      if (!reply.ok) throw new Error(`${name}: ${JSON.stringify(reply)}`);
    }
    return socket;
  }

  async stop(): Promise<void> {
    for (const viewer of this.#viewers) viewer.disconnect();
    await this.#publisher?.vanish();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
