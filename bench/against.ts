import { setTimeout as wait } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { type EventEmitter, once } from 'node:events';
import { api, registerWithChannel } from '../test/support/people.js';
import { h264Viewer } from '../test/support/rtc.js';
import { ServerProcess } from '../test/support/server-process.js';
import { WeriftPublisher } from '../test/support/werift-publisher.js';
import { fetchLive, playlistUrl } from './live-playlist.js';
import { MeasuredProcess } from './measured-process.js';
import { cpuUsOf } from './process-cpu.js';
import { CannotRun, comparison, type Round, type Row } from './row.js';

const CHANNEL = 'bench-against';
const ROUNDS = 10;
const CHAT = { clients: 300, perSecond: 50, seconds: 4 };
const PACKAGING_MS = 5_000;
const JOINS = 60;
const HLS_VIEWERS = 200;
const HLS_REQUESTS = 40;
const RATIO_AT_MOST = 1.03;
const TRY_EVERY_MS = 200;
const TRIES = 150;

/**
 * Compares the CPU time of this build with that of another one. Both run on this machine as single
 * servers with embedded databases, do the same work one after the other, and take turns going
 * first. CPU time depends much less on the machine's other load than elapsed time does.
 * @throws {CannotRun} if BENCH_AGAINST doesn't name the folder of another build
 */
export async function benchAgainst(): Promise<Row[]> {
  const folder = process.env['BENCH_AGAINST'];
  if (!folder) throw new CannotRun('BENCH_AGAINST doesn’t name the folder of another build.');
  const started: Subject[] = [];
  try {
    const other = await Subject.start(folder);
    started.push(other);
    const own = await Subject.start(null);
    started.push(own);
    const measures = {
      'chat, per delivery': (subject: Subject) => subject.chat(),
      'joining over a socket, per viewer': (subject: Subject) => subject.join(),
      'HLS: a part, per request': (subject: Subject) => subject.parts(),
    };
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(measures)) {
      for (const subject of started) await measure(subject);
      const rounds: Round[] = [];
      for (let n = 0; n < ROUNDS; n += 1) rounds.push(await round({ own, other }, measure, n));
      rows.push(
        comparison(`CPU against the other build: ${name}`, {
          unit: 'µs',
          rounds,
          ratioAtMost: RATIO_AT_MOST,
        }),
      );
    }
    return [...rows, ...(await packaging(own, other))];
  } finally {
    for (const subject of started) await subject.stop();
  }
}

async function round(
  { own, other }: { own: Subject; other: Subject },
  measure: (subject: Subject) => Promise<number>,
  n: number,
): Promise<Round> {
  if (n % 2 === 0) {
    const baseline = await measure(other);
    return { measured: await measure(own), baseline };
  }
  const measured = await measure(own);
  return { measured, baseline: await measure(other) };
}

/** Both receive the same video and package it at the same time. */
async function packaging(own: Subject, other: Subject): Promise<Row[]> {
  const services: Round[] = [];
  const workers: Round[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const subjects = [own, other];
    const usage = () => Promise.all(subjects.map((subject) => subject.used()));
    const before = await usage();
    await wait(PACKAGING_MS);
    const after = await usage();
    const share = (of: 'service' | 'worker', i: number) =>
      ((after[i]?.[of] ?? 0) - (before[i]?.[of] ?? 0)) / 10 / PACKAGING_MS;
    services.push({ measured: share('service', 0), baseline: share('service', 1) });
    workers.push({ measured: share('worker', 0), baseline: share('worker', 1) });
  }
  const unit = '% of a core';
  const name = 'CPU against the other build: a broadcast over WHIP, packaged for HLS';
  return [
    comparison(name, { unit, rounds: services, ratioAtMost: RATIO_AT_MOST }),
    comparison(`${name}, media workers`, { unit, rounds: workers, ratioAtMost: RATIO_AT_MOST }),
  ];
}

/** A build under measurement. */
class Subject {
  readonly #server: ServerProcess;
  readonly #publisher: WeriftPublisher;
  readonly #chat: MeasuredProcess;
  #playlist = '';

  private constructor(server: ServerProcess, publisher: WeriftPublisher, chat: MeasuredProcess) {
    this.#server = server;
    this.#publisher = publisher;
    this.#chat = chat;
  }

  /** @param folder the folder of another build; null for this one */
  static async start(folder: string | null): Promise<Subject> {
    const server = await ServerProcess.start({ LOG_LEVEL: 'warn' }, { folder });
    const owner = await registerWithChannel(server.url, CHANNEL);
    const path = `/channels/${CHANNEL}/stream-key`;
    const { streamKey: key } = await api<{ streamKey: string }>(server.url, owner, 'POST', path);
    const film = { video: 'h264', audio: true, size: '320x180' } as const;
    const publisher = new WeriftPublisher({ url: server.url, channel: CHANNEL, key, film });
    const { status, text } = await publisher.publish();
    if (status !== 201) throw new Error(`WHIP: ${status} ${text}`);
    const chat = await MeasuredProcess.start('chat-delivery-load.ts');
    const subject = new Subject(server, publisher, chat);
    await subject.#connect();
    return subject;
  }

  async #connect(): Promise<void> {
    const { url } = this.#server;
    await this.#chat.ask({ name: 'connect', url, channel: CHANNEL, clients: CHAT.clients });
    for (let attempt = 1; this.#playlist === ''; attempt += 1)
      try {
        this.#playlist = await playlistUrl(`${url}/hls/${CHANNEL}/index.m3u8`, 'video-0');
        await fetchLive(this.#playlist);
      } catch (error) {
        this.#playlist = '';
        if (attempt === TRIES) throw error;
        await wait(TRY_EVERY_MS);
      }
  }

  /** Resolves with the CPU time of the process so far, and of its media workers, in µs. */
  async used(): Promise<{ service: number; worker: number }> {
    const workers = await this.#server.workers();
    const times = await Promise.all(workers.map(cpuUsOf));
    return {
      service: await cpuUsOf(this.#server.pid),
      worker: times.reduce((sum, us) => sum + us, 0),
    };
  }

  /** Resolves with the CPU time of one delivery, in µs. */
  chat(): Promise<number> {
    const { perSecond, seconds, clients } = CHAT;
    return this.#cost(clients * perSecond * seconds, () =>
      this.#chat.ask({ name: 'load', perSecond, seconds }),
    );
  }

  /** Resolves with the CPU time for a viewer who joins and leaves, in µs. */
  join(): Promise<number> {
    return this.#cost(JOINS, async () => {
      for (let n = 0; n < JOINS; n += 1) await this.#joinOnce();
    });
  }

  async #joinOnce(): Promise<void> {
    const options = { transports: ['websocket'], reconnection: false, forceNew: true };
    const socket = io(this.#server.url, options);
    await once(socket as unknown as EventEmitter, 'connect');
    await socket.emitWithAck('viewer:join', { channel: CHANNEL, rtpCapabilities: h264Viewer });
    socket.disconnect();
  }

  /** Resolves with the CPU time for one response with a part, in µs. */
  async parts(): Promise<number> {
    const { partUrls } = await fetchLive(this.#playlist);
    const path = new URL(partUrls.at(-1) ?? '').pathname;
    // The server closes connections that are idle between two rounds.
    const viewers = await MeasuredProcess.start('waiters-load.ts');
    try {
      await viewers.ask({ name: 'connect', url: this.#server.url, clients: HLS_VIEWERS });
      return await this.#cost(HLS_VIEWERS * HLS_REQUESTS, async () => {
        for (let n = 0; n < HLS_REQUESTS; n += 1) await viewers.ask({ name: 'ask', path });
      });
    } finally {
      await viewers.stop();
    }
  }

  async #cost(count: number, work: () => Promise<unknown>): Promise<number> {
    const before = await cpuUsOf(this.#server.pid);
    await work();
    return ((await cpuUsOf(this.#server.pid)) - before) / count;
  }

  async stop(): Promise<void> {
    await this.#publisher.vanish();
    await this.#chat.stop();
    await this.#server.close();
  }
}
