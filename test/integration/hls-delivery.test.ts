import { readdir, writeFile } from 'node:fs/promises';
import { Agent, get, type IncomingHttpHeaders, request } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BroadcastFiles } from '../../src/hls/run/broadcast-files.js';
import type { Run } from '../../src/hls/run/run.js';
import { SegmentStore } from '../../src/hls/run/segment-store.js';
import { createLog } from '../../src/common/logger.js';
import {
  FakeMedia,
  fakeAudioInit,
  fakeVideoInit,
  type HlsServer,
  type OpenOptions,
  startHlsServer,
} from '../support/hls-server.js';

type Sent = { method?: string; headers?: Record<string, string>; agent?: Agent };
type Reply = { status: number; headers: IncomingHttpHeaders; bytes: Buffer; text: string };

let server: HlsServer;
beforeAll(async () => {
  server = await startHlsServer();
});
afterAll(() => server.close());

/** A request whose path goes out as it is, unlike those of fetch. */
function fetchPath(
  path: string,
  { method = 'GET', headers = {}, agent }: Sent = {},
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const { port } = server;
  request({ port, path, method, headers, ...(agent && { agent }) }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const { statusCode: status = 0, headers: got } = response;
      const text = (got['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      resolve({ status, headers: got, bytes, text });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

const errorOf = ({ text }: Reply): { code: string; message: string } =>
  (JSON.parse(text) as { error: { code: string; message: string } }).error;

let channels = 0;
/** A live channel with one layer and sound, both written by the same media. */
function live(options?: OpenOptions) {
  channels += 1;
  const channel = `channel-${channels}`;
  const { run, files } = server.open(channel, options);
  const video = run.rendition('video-0', { kind: 'video', layer: 0 });
  const opus = run.rendition('opus', { kind: 'audio' });
  video.setInit(fakeVideoInit());
  opus.setInit(fakeAudioInit());
  const media = new FakeMedia(server.clock, [video, opus]);
  const base = `/hls/${channel}`;
  const playlist = (query = '') => fetchPath(`${base}/${run.id}/video-0.m3u8${query}`);
  return { channel, base, run, files, video, opus, media, at: `${base}/${run.id}`, playlist };
}

/** Resolves when so many requests wait for something of the run. */
async function waiting(run: Run, count: number): Promise<void> {
  await expect.poll(() => run.waiting, { interval: 5, timeout: 10_000 }).toBe(count);
}

async function stored(run: Run, msn: number): Promise<void> {
  const segment = () => run.renditions.get('video-0')!.segment(msn);
  await expect.poll(() => segment()?.stored, { interval: 5 }).toBe(true);
}

/** Lets writes that were begun come to their ends: they are done in order. */
async function settled(files: BroadcastFiles): Promise<void> {
  await files.write('nothing', 0, () => null);
}

describe('playlists', () => {
  it('lead from the channel to a run, a rendition, and its media', async () => {
    const { channel, run, media } = live();
    media.segments(3);
    const index = await fetchPath(`/hls/${channel}/index.m3u8`);
    expect(index.status).toBe(200);
    expect(index.headers['content-type']).toBe('application/vnd.apple.mpegurl');
    expect(index.headers['cache-control']).toBe('public, max-age=1');
    expect(index.text).toContain(`${run.id}/video-0.m3u8`);
    expect(index.text).toContain(`URI="${run.id}/opus.m3u8"`);
    const [, uri] = /^(.+video-0\.m3u8)$/m.exec(index.text)!;
    const list = await fetchPath(`/hls/${channel}/${uri}`);
    expect(list.status).toBe(200);
    const names = [...list.text.matchAll(/^[^#\n].*$|URI="([^"]+)"/gm)]
      .map((match) => match[1] ?? match[0])
      .filter((name) => !list.text.includes(`HINT:TYPE=PART,URI="${name}"`))
      .filter((name) => !name.endsWith('.m3u8'));
    expect(names).toContain('video-0/init-0.mp4');
    expect(names).toContain('video-0/2.m4s');
    expect(names).toContain('video-0/2.5.m4s');
    for (const name of names) {
      const { status, headers, bytes } = await fetchPath(`/hls/${channel}/${run.id}/${name}`);
      expect({ name, status }).toEqual({ name, status: 200 });
      expect(headers['content-type']).toBe('video/mp4');
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(bytes.length).toBeGreaterThan(500);
    }
    const sound = await fetchPath(`/hls/${channel}/${run.id}/opus/0.m4s`);
    expect(sound.headers['content-type']).toBe('audio/mp4');
  });

  it('tell what was measured: bit rates, frames, the size of the picture', async () => {
    const { base, media } = live();
    media.segments(2);
    media.segment({ byteLength: 2_000 });
    const { text } = await fetchPath(`${base}/index.m3u8`);
    // 6 parts of 2000 bytes in 2 s, and the same for sound.
    expect(text).toMatch(/BANDWIDTH=96000,/);
    expect(text).toMatch(/AVERAGE-BANDWIDTH=64000,/);
    expect(text).toMatch(/RESOLUTION=1280x720,FRAME-RATE=30/);
    expect(text).toContain('CODECS="avc1.42E01F,opus"');
  });

  it('promise independent segments of sound only: pictures may have to go on without a key frame', async () => {
    const { base, at, media, playlist } = live();
    media.segment();
    const promise = '#EXT-X-INDEPENDENT-SEGMENTS\n';
    expect((await playlist()).text).not.toContain(promise);
    expect((await playlist()).text.match(/INDEPENDENT=YES/g)).toHaveLength(1);
    expect((await fetchPath(`${base}/index.m3u8`)).text).not.toContain(promise);
    expect((await fetchPath(`${at}/opus.m3u8`)).text).toContain(promise);
  });

  it('promise it of a broadcast of sound as a whole', async () => {
    const run = server.open('radio').run;
    const opus = run.rendition('opus', { kind: 'audio' });
    opus.setInit(fakeAudioInit());
    new FakeMedia(server.clock, [opus]).segment();
    expect((await fetchPath('/hls/radio/index.m3u8')).text).toContain('-INDEPENDENT-SEGMENTS\n');
  });

  it('leave out a layer that is not sent, and have it again when it is', async () => {
    const { base, run, media } = live();
    const high = run.rendition('video-1', { kind: 'video', layer: 1 });
    high.setInit(fakeVideoInit(1080));
    const highMedia = new FakeMedia(server.clock, [high]);
    const index = async () => (await fetchPath(`${base}/index.m3u8`)).text;
    media.segment();
    highMedia.segment();
    expect((await index()).match(/video-\d\.m3u8/g)).toEqual(['video-1.m3u8', 'video-0.m3u8']);
    for (let at = 0; at < 2; at += 1) {
      media.segment();
      highMedia.gap();
    }
    expect((await index()).match(/video-\d\.m3u8/g)).toEqual(['video-0.m3u8']);
    highMedia.start();
    highMedia.part();
    expect((await index()).match(/video-\d\.m3u8/g)).toEqual(['video-1.m3u8', 'video-0.m3u8']);
  });

  it('may be kept by caches for half a target duration, after a wait for six', async () => {
    const { media, playlist } = live();
    media.segments(2);
    expect((await playlist()).headers['cache-control']).toBe('public, max-age=1');
    expect((await playlist('?_HLS_msn=1')).headers['cache-control']).toBe('public, max-age=18');
  });

  it('come compressed where that is taken, and are told apart', async () => {
    const { media, at, base } = live();
    media.segments(20);
    for (const path of [`${at}/video-0.m3u8`, `${base}/index.m3u8`]) {
      const plain = await fetchPath(path);
      const packed = await fetchPath(path, { headers: { 'accept-encoding': 'br, gzip' } });
      const refused = await fetchPath(path, { headers: { 'accept-encoding': 'gzip;q=0' } });
      expect(packed.headers['content-encoding']).toBe('gzip');
      expect(packed.headers['content-length']).toBe(String(packed.bytes.length));
      expect(packed.bytes.length).toBeLessThan(plain.bytes.length);
      expect(packed.text).toBe(plain.text);
      expect(packed.headers.etag).not.toBe(plain.headers.etag);
      expect(refused.headers['content-encoding']).toBeUndefined();
      for (const { headers } of [plain, packed, refused])
        expect(headers.vary).toBe('Accept-Encoding');
    }
  });

  it('leave out what a client has, when it says so', async () => {
    const { media, playlist } = live();
    media.segments(30);
    const skipped = await playlist('?_HLS_skip=YES');
    expect(skipped.text).toMatch(/#EXT-X-SKIP:SKIPPED-SEGMENTS=\d+/);
    const [, count] = /SKIPPED-SEGMENTS=(\d+)/.exec(skipped.text)!;
    const whole = await playlist();
    const segments = (text: string) => text.match(/^video-0\/\d+\.m4s$/gm)!;
    expect(segments(whole.text)).toHaveLength(30);
    expect(segments(skipped.text)).toEqual(segments(whole.text).slice(Number(count)));
  });

  it('are not sent again to who has them', async () => {
    const { media, at } = live();
    media.segment();
    const path = `${at}/video-0.m3u8`;
    const { headers } = await fetchPath(path);
    const again = await fetchPath(path, { headers: { 'if-none-match': headers.etag! } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    media.segment();
    expect((await fetchPath(path, { headers: { 'if-none-match': headers.etag! } })).status).toBe(
      200,
    );
  });

  it('report where the other renditions are', async () => {
    const { media, playlist } = live();
    media.segment();
    media.start();
    media.part();
    media.part();
    expect((await playlist()).text).toContain(
      '#EXT-X-RENDITION-REPORT:URI="opus.m3u8",LAST-MSN=1,LAST-PART=1',
    );
  });

  it('end with the run, at once also for those who wait', async () => {
    const { run, media, playlist } = live();
    media.segments(2);
    const blocked = playlist('?_HLS_msn=2&_HLS_part=0');
    await waiting(run, 1);
    run.end();
    const answer = await blocked;
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/#EXT-X-ENDLIST\n$/);
    expect(answer.text).not.toContain('PRELOAD-HINT');
    // RFC 8216bis 6.2.5.2: directives don't count any more.
    expect((await playlist('?_HLS_msn=900')).status).toBe(200);
  });
});

describe('waiting', () => {
  it('for a part ends when it is there', async () => {
    const { run, media, playlist } = live();
    media.segment();
    media.start();
    media.part();
    const blocked = playlist('?_HLS_msn=1&_HLS_part=1');
    await waiting(run, 1);
    media.part();
    const { status, text } = await blocked;
    expect(status).toBe(200);
    expect(text).toContain('URI="video-0/1.1.m4s"');
    expect(text).not.toContain('#EXT-X-PART:DURATION=0.33333,URI="video-0/1.2.m4s"');
    expect(run.waiting).toBe(0);
  });

  it('for a segment ends when it is complete, and past its last part with the next segment', async () => {
    const { run, media, playlist } = live();
    media.segment();
    media.start();
    media.part();
    const whole = playlist('?_HLS_msn=1');
    const past = playlist('?_HLS_msn=1&_HLS_part=1');
    await waiting(run, 2);
    media.end();
    expect((await whole).text).toMatch(/^video-0\/1\.m4s$/m);
    await waiting(run, 1);
    media.start();
    expect(run.waiting).toBe(1);
    media.part();
    expect((await past).text).toContain('URI="video-0/2.0.m4s"');
  });

  it('is not needed for what is there', async () => {
    const { media, playlist } = live();
    media.segments(3);
    expect((await playlist('?_HLS_msn=0&_HLS_part=99')).status).toBe(400);
    expect((await playlist('?_HLS_msn=0&_HLS_part=9')).status).toBe(200);
    expect((await playlist('?_HLS_msn=2&_HLS_part=5&_HLS_skip=v2')).status).toBe(200);
  });

  it('for the hinted part ends with its bytes', async () => {
    const { run, media, at, playlist } = live();
    media.segment();
    media.start();
    media.part();
    const [, hint] = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec((await playlist()).text)!;
    expect(hint).toBe('video-0/1.1.m4s');
    const blocked = fetchPath(`${at}/${hint}`);
    await waiting(run, 1);
    media.part({ byteLength: 1_234 });
    expect(await blocked).toMatchObject({ status: 200, headers: { 'content-length': '1234' } });
  });

  it('for a hinted part that does not come ends with the segment', async () => {
    const { run, media, at } = live();
    media.segment();
    media.start();
    media.part();
    const blocked = fetchPath(`${at}/video-0/1.1.m4s`);
    await waiting(run, 1);
    media.end();
    expect((await blocked).status).toBe(404);
  });

  it('ends after its time with “try again”', async () => {
    const { media, playlist, at } = live({ limits: { waitMs: 50 } });
    media.segment();
    for (const blocked of [playlist('?_HLS_msn=1'), fetchPath(`${at}/video-0/1.0.m4s`)]) {
      const answer = await blocked;
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('3');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(errorOf(answer).message).toMatch(/try again/);
    }
  });

  it('is over when the client goes away', async () => {
    const { run, media, at } = live();
    media.segment();
    const client = get({ port: server.port, path: `${at}/video-0.m3u8?_HLS_msn=1` });
    client.on('error', () => undefined);
    await waiting(run, 1);
    client.destroy();
    await waiting(run, 0);
    expect(run.ended).toBe(false);
  });

  it('is bounded for a run and for a connection', async () => {
    const { run, media, at, playlist } = live({ limits: { waiting: 3, waitingPerConnection: 2 } });
    media.segment();
    const path = `${at}/video-0.m3u8?_HLS_msn=1`;
    const pipelined = createConnection(server.port, '127.0.0.1');
    pipelined.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(4));
    await waiting(run, 2);
    const third = playlist('?_HLS_msn=1');
    await waiting(run, 3);
    const fourth = await playlist('?_HLS_msn=1');
    expect([fourth.status, errorOf(fourth).code]).toEqual([503, 'unavailable']);
    expect(fourth.headers['retry-after']).toBe('1');
    media.segment();
    expect((await third).status).toBe(200);
    pipelined.destroy();
  });

  it('of a thousand ends within moments of the part', async () => {
    const { run, media, at } = live();
    media.segments(900);
    media.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
    const path = `${at}/video-0.m3u8?_HLS_msn=900&_HLS_part=`;
    const round = async (part: number, headers: Record<string, string>) => {
      let lastMs = 0;
      const all = Array.from({ length: 1_000 }, async () => {
        const answer = await fetchPath(`${path}${part}&_HLS_skip=YES`, { agent, headers });
        lastMs = performance.now();
        return answer;
      });
      await waiting(run, 1_000);
      const partMs = performance.now();
      media.part();
      const answers = await Promise.all(all);
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(answers.every(({ text }) => text.includes(`video-0/900.${part}.m4s`))).toBe(true);
      return lastMs - partMs;
    };
    const times = [await round(0, {}), await round(1, { 'accept-encoding': 'gzip' })];
    agent.destroy();
    // The clients run in the same process: their share is in the figure.
    console.log(`1,000 waiters answered after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    expect(Math.max(...times)).toBeLessThan(2_000);
  });
});

describe('media', () => {
  it('is immutable, and its parts are the pieces of its segments', async () => {
    const { media, at } = live();
    media.segments(1);
    const whole = await fetchPath(`${at}/video-0/0.m4s`);
    expect(whole.headers['cache-control']).toBe('public, max-age=1800, immutable');
    const parts: Buffer[] = [];
    for (let part = 0; part < 6; part += 1) {
      const answer = await fetchPath(`${at}/video-0/0.${part}.m4s`);
      expect(answer.headers['cache-control']).toBe('public, max-age=60, immutable');
      parts.push(answer.bytes);
    }
    expect(Buffer.concat(parts)).toEqual(whole.bytes);
  });

  it('is the same from memory and from the disk', async () => {
    const { run, media, at } = live();
    media.segment({ byteLength: 5_000 });
    const [segment, part] = await Promise.all(
      ['0', '0.3'].map((name) => fetchPath(`${at}/video-0/${name}.m4s`)),
    );
    media.segments(3);
    await stored(run, 0);
    expect(run.renditions.get('video-0')!.segment(0)!.inMemory).toBe(false);
    expect((await fetchPath(`${at}/video-0/0.m4s`)).bytes).toEqual(segment!.bytes);
    expect((await fetchPath(`${at}/video-0/0.3.m4s`)).bytes).toEqual(part!.bytes);
    const range = await fetchPath(`${at}/video-0/0.m4s`, { headers: { range: 'bytes=10-19' } });
    expect([range.status, range.bytes.length]).toEqual([206, 10]);
    const head = await fetchPath(`${at}/video-0/0.m4s`, { method: 'HEAD' });
    expect([head.status, head.headers['content-length']]).toEqual([200, '30000']);
  });

  it.each([
    ['bytes=0-9', 206, 'bytes 0-9/6000', 10],
    ['bytes=5990-', 206, 'bytes 5990-5999/6000', 10],
    ['bytes=-5', 206, 'bytes 5995-5999/6000', 5],
    ['bytes=100-99999', 206, 'bytes 100-5999/6000', 5_900],
    ['bytes=6000-', 416, 'bytes */6000', 0],
    ['bytes=-0', 416, 'bytes */6000', 0],
    ['bytes=9-3', 200, undefined, 6_000],
    ['bytes=0-1,4-5', 200, undefined, 6_000],
    ['parts=0-1', 200, undefined, 6_000],
    ['bytes=a-b', 200, undefined, 6_000],
  ])('has ranges: %s', async (range, status, contentRange, length) => {
    const { media, at } = live();
    media.segment();
    const answer = await fetchPath(`${at}/video-0/0.m4s`, { headers: { range } });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-range']).toBe(contentRange);
    expect(answer.headers['content-length']).toBe(String(length));
    expect(answer.bytes.length).toBe(length);
  });

  it('has ranges only of what the client began with', async () => {
    const { media, at } = live();
    media.segment();
    const path = `${at}/video-0/0.m4s`;
    const { etag } = (await fetchPath(path)).headers;
    const ask = (ifRange: string) =>
      fetchPath(path, { headers: { range: 'bytes=0-9', 'if-range': ifRange } });
    expect((await ask(etag!)).status).toBe(206);
    expect((await ask('"other"')).status).toBe(200);
  });

  it.each(['video-0/0.m4s', 'video-0/0.0.m4s', 'video-0/init-0.mp4'])(
    'is not sent again: %s',
    async (name) => {
      const { media, at } = live();
      media.segment();
      const { etag } = (await fetchPath(`${at}/${name}`)).headers;
      for (const known of [etag!, `W/${etag}`, `"x", ${etag}`, '*']) {
        const answer = await fetchPath(`${at}/${name}`, { headers: { 'if-none-match': known } });
        expect([answer.status, answer.headers.etag]).toEqual([304, etag]);
      }
      const other = await fetchPath(`${at}/${name}`, { headers: { 'if-none-match': '"x"' } });
      expect(other.status).toBe(200);
    },
  );

  it('keeps the sections of earlier configurations for the segments that need them', async () => {
    const { media, at, video, playlist } = live();
    media.segment();
    video.setInit(fakeVideoInit(360));
    media.segment({ discontinuity: true });
    const { text } = await playlist();
    expect(text).toMatch(
      /init-0\.mp4"[^]+0\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="video-0\/init-1\.mp4"/,
    );
    for (const name of ['init-0', 'init-1'])
      expect((await fetchPath(`${at}/video-0/${name}.mp4`)).status).toBe(200);
    expect((await fetchPath(`${at}/video-0/init-2.mp4`)).status).toBe(404);
  });

  it('is described by HEAD as by GET', async () => {
    const { media, at, base } = live();
    media.segment();
    const paths = ['video-0.m3u8', 'video-0/0.m4s', 'video-0/0.0.m4s', 'video-0/init-0.mp4'];
    for (const path of [`${base}/index.m3u8`, ...paths.map((name) => `${at}/${name}`)]) {
      const [got, head] = [await fetchPath(path), await fetchPath(path, { method: 'HEAD' })];
      expect(head.bytes.length).toBe(0);
      expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' });
    }
  });

  it('has the channel’s picture', async () => {
    const { channel, base } = live();
    expect((await fetchPath(`${base}/thumbnail.jpg`)).status).toBe(404);
    const jpeg = Buffer.from('not quite a JPEG');
    server.source.channels.set(channel, {
      ...server.source.find(channel)!,
      thumbnail: { jpeg, version: 'v7' },
    });
    const answer = await fetchPath(`${base}/thumbnail.jpg`);
    expect(answer).toMatchObject({
      status: 200,
      bytes: jpeg,
      headers: {
        'content-type': 'image/jpeg',
        'cache-control': 'public, max-age=10',
        etag: '"v7"',
      },
    });
    const again = await fetchPath(`${base}/thumbnail.jpg`, {
      headers: { 'if-none-match': '"v7"' },
    });
    expect(again.status).toBe(304);
  });

  it('keeps a picture by its version, and has the newest for who names an older one', async () => {
    const { channel, base } = live();
    server.source.channels.set(channel, {
      ...server.source.find(channel)!,
      thumbnail: { jpeg: Buffer.from('the newest'), version: 'v8' },
    });
    const caching = async (file: string) => {
      const { status, headers, text } = await fetchPath(`${base}/${file}`);
      return { status, text, caching: headers['cache-control'] };
    };
    const newest = { status: 200, text: 'the newest' };
    expect(await caching('thumbnail/v8.jpg')).toEqual({
      ...newest,
      caching: 'public, max-age=86400, immutable',
    });
    expect(await caching('thumbnail/v7.jpg')).toEqual({ ...newest, caching: 'no-cache' });
    for (const none of ['thumbnail/.jpg', 'thumbnail/V8.jpg', 'thumbnail/v8', 'thumbnail/a/b.jpg'])
      expect((await caching(none)).status).toBe(404);
  });
});

describe('players of other sites', () => {
  it('may fetch everything, and read what they measure with', async () => {
    const { media, at, base } = live();
    media.segment();
    const paths = [`${base}/index.m3u8`, `${at}/video-0.m3u8`, `${at}/video-0/0.m4s`, `${at}/x`];
    for (const path of paths) {
      const { headers } = await fetchPath(path, {
        headers: { origin: 'https://elsewhere.example' },
      });
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-expose-headers']).toContain('Date');
      expect(headers['access-control-expose-headers']).toContain('Content-Range');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers.date).toBeDefined();
    }
  });

  it('may ask for ranges', async () => {
    const { at } = live();
    const { status, headers, bytes } = await fetchPath(`${at}/video-0/0.m4s`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range',
      },
    });
    expect([status, bytes.length]).toEqual([204, 0]);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, OPTIONS');
    expect(headers['access-control-allow-headers']).toContain('Range');
  });
});

describe('refusals', () => {
  it.each([
    ['', 404],
    ['/', 404],
    ['/index.m3u8/', 404],
    ['/index.m3u', 404],
    ['/RUN/video-7.m3u8', 404],
    ['/RUN/video-10.m3u8', 404],
    ['/RUN/aac.m3u8', 404],
    ['/RUN/video-0', 404],
    ['/RUN/video-0/', 404],
    ['/RUN/video-0/99.m4s', 404],
    ['/RUN/video-0/99.0.m4s', 404],
    ['/RUN/video-0/1.m4s', 404],
    ['/RUN/video-0/1.7.m4s', 404],
    ['/RUN/video-0/0.6.m4s', 404],
    ['/RUN/video-0/00.m4s', 404],
    ['/RUN/video-0/-1.m4s', 404],
    ['/RUN/video-0/1e0.m4s', 404],
    ['/RUN/video-0/9999999999999999.m4s', 404],
    ['/RUN/video-0/init-1.mp4', 404],
    ['/RUN/video-0/init.mp4', 404],
    ['/AAAAAAAAAAAAAAAA/video-0.m3u8', 404],
    ['/AAAAAAAAAAAAAAAA/video-0/0.m4s', 404],
    ['/RUN/video-0.m3u8?_HLS_part=1', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=x', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=-1', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=1.5', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=1&_HLS_msn=1', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=99', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=99999999999999999999', 400],
    ['/RUN/video-0.m3u8?_HLS_msn=1&_HLS_part=99', 400],
    ['/RUN/video-0.m3u8?_HLS_skip=no', 400],
    ['/../../etc/passwd', 404],
    ['/RUN/../../../etc/passwd', 404],
    ['/RUN/video-0/../../../../etc/passwd', 404],
    ['/RUN/video-0/..', 404],
    ['/%2e%2e/%2e%2e/etc/passwd', 404],
    ['/RUN/video-0/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404],
    ['/RUN/video-0/..%2f..%2f..%2fetc%2fpasswd', 404],
    ['/RUN/video-0/%252e%252e%252f0.m4s', 404],
    ['/RUN/video-0/..%5c..%5cpasswd', 404],
    ['/RUN/video-0/..\\..\\0.m4s', 404],
    ['/RUN/video-0/0.m4s%00', 404],
    ['/RUN/video-0/0.m4s%00.mp4', 404],
    ['/RUN/video-0/%30.m4s', 404],
    ['/RUN%2fvideo-0/0.m4s', 404],
    ['/RUN/video-0/%c0%ae%c0%ae/0.m4s', 400],
    ['/RUN/video-0/%zz.m4s', 400],
    ['/RUN//video-0/0.m4s', 404],
    ['/RUN/./video-0/0.m4s', 404],
    [`/RUN/video-0/${'0'.repeat(5_000)}.m4s`, 404],
    ['/RUN/video-0/0.m4s;x', 404],
    ['/RUN/video-0/0.m4s/', 404],
    ['/RUN/VIDEO-0/0.m4s', 404],
  ])('say why: %s', async (path, status) => {
    const { base, run, media } = live();
    media.segment();
    const answer = await fetchPath(`${base}${path.replace('RUN', run.id)}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(errorOf(answer).message).toMatch(/^[A-Z_].+\.$/s);
    expect(errorOf(answer).code).toBe(status === 400 ? 'bad_request' : 'not_found');
  });

  it('of channels that are not live, and of names that are none', async () => {
    for (const channel of ['nobody', 'Nobody', 'x', '..', '%2e%2e', 'a%2fb', 'a'.repeat(500)])
      for (const rest of ['index.m3u8', 'thumbnail.jpg'])
        expect((await fetchPath(`/hls/${channel}/${rest}`)).status).toBe(404);
  });

  it('of a broadcast that has nothing yet come after a wait that its first segment ends', async () => {
    const { run, base, media } = live();
    const index = fetchPath(`${base}/index.m3u8`);
    const metric = () => server.metrics.text();
    await expect
      .poll(async () => (await metric()).body)
      .toMatch(/^onair_hls_waiting_requests [1-9]/m);
    media.start();
    media.part();
    expect(run.isReady).toBe(false);
    const ready = run.events.once('ready');
    media.end();
    await ready;
    expect((await index).status).toBe(200);
  });

  it('of a broadcast that stays without media say when to try again', async () => {
    server.source.channels.set('silent', { run: null, state: 'preparing', thumbnail: null });
    const answer = await fetchPath('/hls/silent/index.m3u8');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  });

  it('of a broadcast without HLS say that there is WebRTC', async () => {
    server.source.channels.set('webrtc', { run: null, state: 'unavailable', thumbnail: null });
    const answer = await fetchPath('/hls/webrtc/index.m3u8');
    expect(answer.status).toBe(404);
    expect(errorOf(answer).message).toContain('WebRTC');
  });

  it('of a gap: it has no media', async () => {
    const { media, at, playlist } = live();
    media.segment();
    media.gap();
    expect((await playlist()).text).toMatch(/#EXT-X-GAP\n#EXTINF:2\.00000,\nvideo-0\/1\.m4s/);
    expect((await fetchPath(`${at}/video-0/1.m4s`)).status).toBe(404);
  });
});

describe('a rendition that is made on demand', () => {
  function withAac(limits = {}) {
    const one = live({ limits });
    const aac = one.run.rendition('aac', { kind: 'audio', onDemand: true });
    aac.setInit(fakeAudioInit('aac'));
    return { ...one, aac, aacMedia: new FakeMedia(server.clock, [aac]) };
  }

  it('is offered before anybody asked for it', async () => {
    const { base, media } = withAac();
    media.segment();
    const { text } = await fetchPath(`${base}/index.m3u8`);
    expect(text).toContain('aac.m3u8');
    expect(text).toContain('CODECS="avc1.42E01F,mp4a.40.2"');
  });

  it('is wanted by the first request for its playlist, which waits for its first segment', async () => {
    const { run, at, media, aacMedia } = withAac();
    media.segment();
    aacMedia.gap();
    const wanted = run.events.once('wanted');
    const list = fetchPath(`${at}/aac.m3u8`);
    expect(await wanted).toEqual(['aac']);
    await waiting(run, 1);
    aacMedia.segment();
    expect((await list).text).toMatch(/^aac\/1\.m4s$/m);
  });

  it('is not wanted any more when nobody asks for anything of it', async () => {
    const { run, at, media, aacMedia } = withAac({ idleMs: 50 });
    media.segment();
    aacMedia.segment();
    const unwanted = run.events.once('unwanted');
    const wantedAgain: string[] = [];
    await fetchPath(`${at}/aac.m3u8`);
    expect(await unwanted).toEqual(['aac']);
    run.events.on('wanted', (id) => void wantedAgain.push(id));
    await fetchPath(`${at}/aac/0.m4s`);
    expect(wantedAgain).toEqual([]);
    await fetchPath(`${at}/aac.m3u8`);
    expect(wantedAgain).toEqual(['aac']);
    run.end();
  });

  it('that is not made in time is asked for again later', async () => {
    const { at, media } = withAac({ waitMs: 50 });
    media.segment();
    expect((await fetchPath(`${at}/aac.m3u8`)).status).toBe(503);
  });
});

describe('the rewind window', () => {
  const sequence = (text: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)![1]);

  it('forgets segments by the clock, after a time of grace, and their files', async () => {
    const { run, media, at, playlist, files } = live({ env: { HLS_REWIND_MINUTES: '0.5' } });
    media.segment({ discontinuity: true });
    media.segments(14);
    await stored(run, 0);
    expect(sequence((await playlist()).text)).toBe(0);
    media.segments(2);
    // 34 s were written, of which 30 can be rewound.
    const { text } = await playlist();
    expect(sequence(text)).toBe(1);
    expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1');
    expect((await fetchPath(`${at}/video-0/0.m4s`)).status).toBe(200);
    media.segments(20);
    expect((await fetchPath(`${at}/video-0/0.m4s`)).status).toBe(404);
    const folder = join(
      server.dataDir,
      'hls',
      `broadcast-of-${at.split('/')[2]}`,
      run.id,
      'video-0',
    );
    await expect.poll(() => readdir(folder)).not.toContain('0.m4s');
    await expect.poll(() => readdir(folder)).toContain('36.m4s');
    expect(await readdir(folder)).toContain('init-0.mp4');
    expect(files.bytes).toBeLessThan(35 * 2 * 6_100 + 2_000);
  });

  it('keeps within its space: the oldest go first, over all renditions', async () => {
    const { media, files, at, playlist } = live({ diskMaxBytes: 1_000_000 });
    for (let count = 0; count < 30; count += 1) {
      media.segment({ byteLength: 10_000 });
      await settled(files);
      expect(files.bytes).toBeLessThanOrEqual(1_000_000);
    }
    const { text } = await playlist();
    expect(sequence(text)).toBeGreaterThan(18);
    expect(sequence(text)).toBeLessThan(26);
    expect((await fetchPath(`${at}/video-0/${sequence(text)}.m4s`)).status).toBe(200);
    expect((await fetchPath(`${at}/video-0/5.m4s`)).status).toBe(404);
    expect((await fetchPath(`${at}/opus.m3u8`)).text).toContain(`MEDIA-SEQUENCE:${sequence(text)}`);
  });

  it('shrinks when the disk fails, says so once, and live playback goes on in bounded memory', async () => {
    const { run, files, media, at, playlist } = live();
    const warnings = server.warnings.length;
    // A file where the folder would be.
    await writeFile(join(server.dataDir, 'hls', `broadcast-of-${at.split('/')[2]}`), '');
    for (let count = 0; count < 40; count += 1) {
      media.segment({ byteLength: 10_000 });
      await settled(files);
    }
    expect(server.warnings.slice(warnings)).toEqual([expect.stringContaining('disk')]);
    const { text } = await playlist();
    expect(sequence(text)).toBeGreaterThan(25);
    expect(sequence(text)).toBeLessThan(36);
    for (const msn of [sequence(text), 39])
      expect((await fetchPath(`${at}/video-0/${msn}.m4s`)).status).toBe(200);
    expect(run.memoryBytes).toBeLessThan(12 * 2 * 60_000);
  });

  it('is not needed by live playback when the disk is too slow: memory stays bounded at 50 Mb/s', async () => {
    const { run, media, at } = live({ limits: { memoryBytes: 20_000_000 } });
    // Nothing is awaited, so nothing gets written: a disk that never answers. 50 Mb/s over both.
    for (let count = 0; count < 20; count += 1) {
      media.segment({ byteLength: 1_041_666 });
      expect(run.memoryBytes).toBeLessThanOrEqual(20_000_000);
    }
    const { status, bytes } = await fetchPath(`${at}/video-0/19.m4s`);
    expect([status, bytes.length]).toEqual([200, 6 * 1_041_666]);
    expect(run.renditions.get('video-0')!.segments.length).toBeLessThan(5);
  });

  it('leaves out a segment that is too large to be held', async () => {
    const { run, media, playlist } = live({ limits: { memoryBytes: 1_000_000 } });
    media.segment();
    await stored(run, 0);
    media.start();
    for (let part = 0; part < 30; part += 1) {
      media.part({ byteLength: 100_000 });
      expect(run.memoryBytes).toBeLessThanOrEqual(1_000_000);
    }
    media.end();
    media.segment();
    expect((await playlist()).text).toMatch(/#EXT-X-GAP\n#EXTINF:10\.00000,\nvideo-0\/1\.m4s/);
  });

  it('is gone with the run, and what an earlier process left with the next start', async () => {
    const { run, media, at, base } = live();
    media.segments(5);
    await stored(run, 4);
    const folder = join(server.dataDir, 'hls', `broadcast-of-${at.split('/')[2]}`);
    expect(await readdir(folder)).toEqual([run.id]);
    run.close();
    run.close();
    await expect.poll(() => readdir(folder)).toEqual([]);
    expect((await fetchPath(`${base}/${run.id}/video-0/4.m4s`)).status).toBe(404);
    expect(run.memoryBytes).toBe(0);
    const dataDir = join(server.dataDir, 'other');
    const log = createLog({ level: 'silent', format: 'text' });
    const first = await SegmentStore.create({ dataDir, log });
    await first.open('left-over', 1_000).write('run/video-0/0.m4s', 3, () => Buffer.from('abc'));
    expect(await readdir(first.folder)).toEqual(['left-over']);
    const next = await SegmentStore.create({ dataDir, log });
    expect(await readdir(next.folder)).toEqual([]);
  });
});

describe('monitoring', () => {
  it('knows requests, bytes, waiters, memory and disk', async () => {
    const { run, media, playlist, at } = live();
    media.segment();
    await fetchPath(`${at}/video-0/0.m4s`);
    const blocked = playlist('?_HLS_msn=1');
    await waiting(run, 1);
    const { body } = await server.metrics.text();
    expect(body).toMatch(/^onair_hls_requests_total\{what="segment"\} [1-9]/m);
    expect(body).toMatch(/^onair_hls_requests_total\{what="refused"\} \d/m);
    expect(body).toMatch(/^onair_hls_sent_bytes_total [1-9]/m);
    expect(body).toMatch(/^onair_hls_waiting_requests [1-9]/m);
    expect(body).toMatch(/^onair_hls_memory_bytes [1-9]/m);
    expect(body).toMatch(/^onair_hls_disk_bytes \d/m);
    run.end();
    await blocked;
  });
});
