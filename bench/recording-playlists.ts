import { InTurn, spentOn } from '../test/support/fetch-in-turn.js';
import { longRecording } from '../test/support/long-recording.js';
import { registerWithChannel } from '../test/support/people.js';
import { workerBin } from '../test/support/worker-bin.js';
import { figure, type Row } from './row.js';

const CHANNEL = 'marathon';
const HOURS = 24;
const ROUNDS = 5;
const TIMES = 50;
/**
 * The number of recordings that are also downloaded; each takes 30 MB of memory while the service
 * runs.
 */
const DOWNLOAD_ROUNDS = 2;
const GZIP = { 'accept-encoding': 'gzip' };

/**
 * Measures the cost of a day-long recording's playlists, for the first request and for later ones.
 */
export async function benchRecordingPlaylists(): Promise<Row[]> {
  const { url, close, places } = await startBuilt();
  const client = await InTurn.start();
  try {
    await registerWithChannel(url, CHANNEL);
    const first: { cpuMs: number; longestGapMs: number }[] = [];
    const downloads: { cpuMs: number; longestGapMs: number }[] = [];
    const again = new Map<string, number[]>();
    const gaps: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await longRecording(places, {
        channel: CHANNEL,
        hours: HOURS,
        samples: round < DOWNLOAD_ROUNDS,
      });
      const urlOf = (file: string) => `${url}/hls/recordings/${id}/${file}`;
      first.push(await spentOn(() => client.fetch([urlOf('video-3.m3u8')], { headers: GZIP })));
      for (const [name, file, headers] of [
        ['its playlist, compressed', 'video-3.m3u8', GZIP],
        ['its playlist as it is', 'video-3.m3u8', {}],
        ['its multivariant playlist', 'index.m3u8', GZIP],
      ] as const) {
        await client.fetch([urlOf(file)], { headers });
        const spent = await spentOn(() => client.fetch([urlOf(file)], { times: TIMES, headers }));
        again.set(name, [...(again.get(name) ?? []), spent.cpuMs / TIMES]);
        gaps.push(spent.longestGapMs);
      }
      // The first byte requires the whole index.
      const download = `${url}/api/recordings/${id}/download.mp4`;
      const headers = { range: 'bytes=0-0' };
      if (round < DOWNLOAD_ROUNDS)
        downloads.push(await spentOn(() => client.fetch([download], { headers })));
    }
    return [
      figure('first request for a playlist of a day, CPU', {
        unit: 'ms',
        values: first.map(({ cpuMs }) => cpuMs),
        atMost: null,
      }),
      figure('  longest gap of a 10 ms timer meanwhile', {
        unit: 'ms',
        values: first.map(({ longestGapMs }) => longestGapMs),
        atMost: 50,
      }),
      ...[...again].map(([name, values]) =>
        figure(`  then ${name}, CPU of each request`, { unit: 'ms', values, atMost: 1 }),
      ),
      figure('  longest gap of a 10 ms timer meanwhile', {
        unit: 'ms',
        values: gaps,
        atMost: 50,
      }),
      figure('first request for the download of a day, CPU', {
        unit: 'ms',
        values: downloads.map(({ cpuMs }) => cpuMs),
        atMost: null,
      }),
      figure('  longest gap of a 10 ms timer meanwhile', {
        unit: 'ms',
        values: downloads.map(({ longestGapMs }) => longestGapMs),
        atMost: 50,
      }),
    ];
  } finally {
    client.stop();
    await close();
  }
}

const dist = new URL('../dist/', import.meta.url);
const load = (path: string) => import(new URL(path, dist).href);

/** Starts the built service in this process, because the CPU time and timers are measured here. */
async function startBuilt() {
  const { startApp } = (await load('app.js')) as typeof import('../src/app.js');
  const { readConfig } = (await load(
    'config/read-config.js',
  )) as typeof import('../src/config/read-config.js');
  const { PrismaService } = (await load(
    'db/prisma.service.js',
  )) as typeof import('../src/db/prisma.service.js');
  const { RecordingFiles } = (await load(
    'recordings/recording-files.js',
  )) as typeof import('../src/recordings/recording-files.js');
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: ':memory:',
    RTC_PORT: '0',
    RTC_WORKERS: '1',
    ADDRESS_LIMIT_FACTOR: '10000',
    LOG_LEVEL: 'silent',
    MEDIASOUP_WORKER_BIN: workerBin(),
  });
  const { app, url } = await startApp(config);
  return {
    url,
    places: { db: app.get(PrismaService), files: app.get(RecordingFiles) },
    close: () => app.close(),
  };
}
