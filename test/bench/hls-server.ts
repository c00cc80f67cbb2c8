// A process: the service as it is built, with one broadcast that comes in as plain RTP instead of over WebRTC. The
// media worker, the tap and the packager are those of every broadcast. Answers with what it used.
import { createWorker, type types } from 'mediasoup';

/** The broadcast's tracks as mediasoup takes them; the first argument. */
export type ServedTracks = Record<'video' | 'audio', types.RtpParameters>;
export type Used = { cpuUs: number; workerCpuUs: number };
export type Where = { rtpPort: number; pid: number };

const CHANNEL = 'bench';
const dist = new URL('../../dist/', import.meta.url);
const load = (path: string) => import(new URL(path, dist).href);

const { startApp }: typeof import('../../src/app.js') = await load('app.js');
const { readConfig }: typeof import('../../src/config/config.js') = await load('config/config.js');
const { HlsService }: typeof import('../../src/hls/hls.service.js') =
  await load('hls/hls.service.js');
const { RouterTap }: typeof import('../../src/sfu/router-tap.js') = await load('sfu/router-tap.js');
const { mediaCodecs }: typeof import('../../src/sfu/media-codecs.js') =
  await load('sfu/media-codecs.js');
const { workerSettings }: typeof import('../../src/sfu/worker-settings.js') =
  await load('sfu/worker-settings.js');
const { systemClock }: typeof import('../../src/common/clock.js') = await load('common/clock.js');
const { createLog }: typeof import('../../src/common/logger.js') = await load('common/logger.js');

const tracks: ServedTracks = JSON.parse(process.argv[2] ?? '');
const workerBin = process.env.MEDIASOUP_WORKER_BIN;
const config = readConfig({
  PORT: '0',
  HOST: '127.0.0.1',
  DATA_DIR: process.env.BENCH_DATA_DIR ?? ':memory:',
  RTC_PORT: '0',
  RTC_WORKERS: '1',
  LOG_LEVEL: 'error',
  MEDIASOUP_WORKER_BIN: workerBin,
});
const { app } = await startApp(config);

const worker = await createWorker(workerSettings(workerBin ?? null));
const router = await worker.createRouter({ mediaCodecs });
const transport = await router.createPlainTransport({
  listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
  comedia: true,
});
const tap = await RouterTap.create(router, systemClock, createLog(config.log));
app.get(HlsService).open({ id: 'bench', channel: CHANNEL }).take(tap);
for (const kind of ['video', 'audio'] as const) {
  const producer = await transport.produce({ kind, rtpParameters: tracks[kind] });
  await producer.enableTraceEvent(['sr']);
  await tap.add(producer);
}

async function used(): Promise<Used> {
  const { user, system } = process.cpuUsage();
  const { ru_utime, ru_stime } = await worker.getResourceUsage();
  return { cpuUs: user + system, workerCpuUs: (ru_utime + ru_stime) * 1_000 };
}

process.on('disconnect', () => process.exit());
process.on('message', ({ name }: { name: 'used' | 'where' }) => {
  if (name === 'used') void used().then((answer) => process.send?.(answer));
  else {
    const where: Where = { rtpPort: transport.tuple.localPort, pid: process.pid };
    process.send?.(where);
  }
});
process.send?.({ url: await app.getUrl() });
