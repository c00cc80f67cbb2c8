import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { RecordingFiles } from '../../src/recordings/recording-files.js';
import { VodCatalog } from '../../src/recordings/vod/vod-catalog.js';
import { InTurn, spentOn } from '../support/fetch-in-turn.js';
import { registerWithChannel } from '../support/people.js';
import { longRecording } from '../support/long-recording.js';
import { useServer } from '../support/fixtures/use-server.js';

const CHANNEL = 'marathon';
const TIMES = 50;
const GZIP = { 'accept-encoding': 'gzip' };

const test = useServer({ overrides: { LOG_LEVEL: 'silent' } });
let client: InTurn;
const places = () => ({
  db: test.app.get(PrismaService),
  files: test.app.get(RecordingFiles),
});
beforeAll(async () => {
  await registerWithChannel(test.url, CHANNEL);
  client = await InTurn.start();
});
afterAll(async () => {
  client.stop();
});

describe('a day-long recording', () => {
  let base: string;
  let id: string;
  /**
   * The CPU time that the event loop's thread needs to read and render the recording, on which the
   * limits are based.
   */
  let readingMs: number;
  beforeAll(async () => {
    id = await longRecording(places(), { channel: CHANNEL, hours: 24 });
    base = `${test.url}/hls/recordings/${id}`;
    // The first request includes compilation time, which doesn't depend on the recording's length.
    const short = await longRecording(places(), { channel: CHANNEL, hours: 0.1 });
    await client.fetch([`${test.url}/hls/recordings/${short}/video-3.m3u8`]);
  });

  it('is read and rendered without blocking other work', async () => {
    const { longestHoldMs, loopCpuMs } = await spentOn(async () => {
      const urls = ['index', 'video-3', 'aac'].map((file) => `${base}/${file}.m3u8`);
      const answers = await client.fetch(urls, { headers: GZIP });
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    });
    readingMs = loopCpuMs;
    expect(longestHoldMs).toBeLessThan(readingMs / 5);
  });

  it.each([
    ['its playlist, compressed', 'video-3.m3u8', GZIP],
    ['its playlist as it is', 'video-3.m3u8', {}],
    ['its multivariant playlist', 'index.m3u8', GZIP],
    ['a segment that doesn’t exist', 'run-0123456789ab/video-3/7.m4s', {}],
    ['a page about it', null, {}],
  ])('costs almost nothing when %s is requested repeatedly', async (_, file, headers) => {
    const url = file === null ? `${test.url}/api/recordings/${id}` : `${base}/${file}`;
    await client.fetch([url], { headers });
    const { loopCpuMs, longestHoldMs } = await spentOn(() =>
      client.fetch([url], { times: TIMES, headers }),
    );
    expect(loopCpuMs / TIMES).toBeLessThan(readingMs / 25);
    expect(longestHoldMs).toBeLessThan(readingMs / 5);
  });

  it('is not sent again to clients that have it, in any encoding', async () => {
    const url = `${base}/video-3.m3u8`;
    const [plain] = await client.fetch([url]);
    const [coded] = await client.fetch([url], { headers: GZIP });
    expect(plain!.etag).toMatch(/^"[\w-]+"$/);
    expect(coded!.etag).not.toBe(plain!.etag);
    expect(coded!.bytes).toBeLessThan(plain!.bytes / 5);
    for (const [one, headers] of [
      [plain!, {}],
      [coded!, GZIP],
    ] as const) {
      const conditional = { ...headers, 'if-none-match': one.etag };
      expect(await client.fetch([url], { headers: conditional })).toEqual([
        { status: 304, etag: one.etag, bytes: 0 },
      ]);
    }
  });

  it('is not read for files that cannot exist', async () => {
    const { app } = test;
    app.get(VodCatalog).forget('recordings', id);
    const files = [
      'video-9/x.m3u8',
      'journal.jsonl',
      'run-0123456789ab/video-3/7.m4s',
      '~x/index.m3u8',
    ];
    const answers = await client.fetch(files.map((file) => `${base}/${file}`));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 200]);
    app.get(VodCatalog).forget('recordings', id);
    await client.fetch(files.slice(0, 3).map((file) => `${base}/${file}`));
    expect(app.get(VodCatalog).known('recordings', id)).toBeNull();
  });
});

describe('a recording of 130 hours', () => {
  it('can be played to its end', async () => {
    const id = await longRecording(places(), { channel: CHANNEL, hours: 130 });
    const base = `${test.url}/hls/recordings/${id}`;
    const multivariant = await (await fetch(`${base}/index.m3u8`)).text();
    expect(multivariant).toContain('video-3.m3u8');
    const text = await (await fetch(`${base}/video-3.m3u8`)).text();
    expect(text).toContain('\nrun-0123456789ab/video-3/233999.m4s\n#EXT-X-ENDLIST\n');
    const response = await fetch(`${test.url}/api/recordings/${id}`);
    expect(await response.json()).toMatchObject({ state: 'ready', durationMs: 130 * 3_600_000 });
  });
});

describe('a stalled reader', () => {
  it('is disconnected, whatever it requested', async () => {
    const id = await longRecording(places(), { channel: CHANNEL, hours: 24 });
    const server = test.app.getHttpServer();
    const wholeTimeoutMs = server.timeout;
    expect(wholeTimeoutMs).toBeGreaterThan(0);
    // One minute in production.
    server.setTimeout(500);
    const request = `GET /hls/recordings/${id}/video-3.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n`;
    const socket = connect(Number(new URL(test.url).port), '127.0.0.1');
    // The response is larger than the system's buffers.
    socket.write(request.repeat(20));
    socket.pause();
    const serverSide = new Promise<void>((resolve) => {
      server.once('connection', (side: Socket) => side.once('close', () => resolve()));
    });
    await serverSide;
    server.setTimeout(wholeTimeoutMs);
    socket.destroy();
  });
});
