// Runs as a separate process: the built service with broadcasts that arrive as plain RTP instead of
// WebRTC. The media worker, the tap and the packager are the real ones. Reports its resource use.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createWorker, type types } from 'mediasoup';

/**
 * A broadcast's tracks as mediasoup parameters; the first argument. The second is the number of
 * broadcasts, and a third, `recorded`, enables recording.
 */
export type ServedTracks = Record<'video' | 'audio', types.RtpParameters>;
/** `diskBytes`: the number of bytes written to files, which must reach the disk. */
export type Used = { cpuUs: number; workerCpuUs: number; diskBytes: number };
/** The RTP port of each broadcast. */
export type Where = { rtpPorts: number[] };
/**
 * A part, the time when it became available (in ms since 1970), and the number of requests that
 * were waiting just before that.
 */
export type PartNoted = { msn: number; part: number; atMs: number; waiting: number };
export type Question = { name: 'used' | 'where' | 'parts' } | { name: 'note'; rendition: string };

/** The maximum number of recorded parts. */
const PARTS_MAX = 1_000;

const CHANNEL = 'bench';
const dist = new URL('../dist/', import.meta.url);
const load = (path: string) => import(new URL(path, dist).href);

const { startApp }: typeof import('../src/app.js') = await load('app.js');
const { readConfig }: typeof import('../src/config/read-config.js') =
  await load('config/read-config.js');
const { HlsService }: typeof import('../src/hls/hls.service.js') = await load('hls/hls.service.js');
const { PrismaService }: typeof import('../src/db/prisma.service.js') =
  await load('db/prisma.service.js');
const { RouterTap }: typeof import('../src/sfu/router-tap.js') = await load('sfu/router-tap.js');
const { mediaCodecs }: typeof import('../src/sfu/media-codecs.js') =
  await load('sfu/media-codecs.js');
const { workerSettings }: typeof import('../src/sfu/worker-settings.js') =
  await load('sfu/worker-settings.js');
const { systemClock }: typeof import('../src/common/clock.js') = await load('common/clock.js');
const { createLog }: typeof import('../src/common/logger.js') = await load('common/logger.js');

const tracks: ServedTracks = JSON.parse(process.argv[2] ?? '');
const workerBin = process.env.MEDIASOUP_WORKER_BIN;
const config = readConfig({
  PORT: '0',
  HOST: '127.0.0.1',
  DATA_DIR: process.env.BENCH_DATA_DIR ?? ':memory:',
  RTC_PORT: '0',
  RTC_WORKERS: '1',
  LOG_LEVEL: 'error',
  // All requests come from one address.
  ADDRESS_LIMIT_FACTOR: '10000',
  CHANNELS_PER_ACCOUNT: '1000',
  MEDIASOUP_WORKER_BIN: workerBin,
});
const { app } = await startApp(config);

const worker = await createWorker(workerSettings(workerBin ?? null));
const log = createLog(config.log);

const isRecorded = process.argv[4] === 'recorded';

/** Stores a broadcast in the database, so that it is recorded. */
async function store(id: string, number: number): Promise<void> {
  const { broadcast } = app.get(PrismaService);
  const now = new Date();
  await broadcast.create({
    data: {
      id,
      title: 'recorded',
      state: 'LIVE',
      startedAt: now,
      lastSeenAt: now,
      channel: {
        create: {
          id: randomUUID(),
          name: `recorded-${number}`,
          title: '',
          owner: { create: { id: randomUUID(), username: `recorder-${number}` } },
        },
      },
    },
  });
}

/** Resolves with the port for the broadcast's packets. */
async function open(channel: string, number: number): Promise<number> {
  const id = randomUUID();
  if (isRecorded) await store(id, number);
  const router = await worker.createRouter({ mediaCodecs });
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    comedia: true,
  });
  const tap = await RouterTap.create(router, {
    clock: systemClock,
    log,
    onLackingSets: () => undefined,
  });
  app.get(HlsService).open({ id, channel }).take(tap);
  for (const kind of ['video', 'audio'] as const) {
    const producer = await transport.produce({ kind, rtpParameters: tracks[kind] });
    await producer.enableTraceEvent(['sr']);
    await tap.add(producer);
  }
  return transport.tuple.localPort;
}

const rtpPorts: number[] = [];
for (let i = 0; i < Number(process.argv[3]); i += 1)
  rtpPorts.push(await open(`${CHANNEL}-${i}`, i));

async function used(): Promise<Used> {
  const { user, system } = process.cpuUsage();
  const { ru_utime, ru_stime } = await worker.getResourceUsage();
  const written = /^write_bytes: (\d+)$/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1];
  return {
    cpuUs: user + system,
    workerCpuUs: (ru_utime + ru_stime) * 1_000,
    diskBytes: Number(written),
  };
}

const parts: PartNoted[] = [];

/** Records the parts of a rendition of the first broadcast from now on. */
function note(id: string): void {
  const run = app.get(HlsService).find(`${CHANNEL}-0`)?.run;
  const rendition = run?.find(id)?.rendition;
  if (!run || !rendition) throw new Error(`the rendition ${id} doesn't exist`);
  const addPart = rendition.addPart.bind(rendition);
  rendition.addPart = (written) => {
    const next = rendition.next ?? { msn: -1, part: -1 };
    const atMs = performance.timeOrigin + performance.now();
    if (parts.length < PARTS_MAX) parts.push({ ...next, atMs, waiting: run.waiting });
    addPart(written);
  };
}

async function answer(question: Question): Promise<Used | Where | PartNoted[] | object> {
  if (question.name === 'note') {
    note(question.rendition);
    return {};
  }
  if (question.name === 'used') return used();
  if (question.name === 'parts') return parts.splice(0);
  return { rtpPorts };
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Question) => {
  void answer(question).then((found) => process.send?.(found));
});
process.send?.({ url: await app.getUrl() });
