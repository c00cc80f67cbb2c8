import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, HlsScene, stored } from '../support/hls-scene.js';
import { fakeVideoInit } from '../support/hls-server.js';

let scene: HlsScene;
beforeAll(async () => {
  scene = await HlsScene.open();
});
afterAll(() => scene.close());

describe('media', () => {
  it('is immutable, and its parts are the pieces of its segments', async () => {
    const { media, at } = scene.live();
    media.segments(1);
    const whole = await scene.fetchPath(`${at}/video-0/0.m4s`);
    expect(whole.headers['cache-control']).toBe('public, max-age=1800, immutable');
    const parts: Buffer[] = [];
    for (let part = 0; part < 6; part += 1) {
      const answer = await scene.fetchPath(`${at}/video-0/0.${part}.m4s`);
      expect(answer.headers['cache-control']).toBe('public, max-age=60, immutable');
      parts.push(answer.bytes);
    }
    expect(Buffer.concat(parts)).toEqual(whole.bytes);
  });

  it('is identical from memory and from disk', async () => {
    const { run, media, at } = scene.live();
    media.segment({ byteLength: 5_000 });
    const [segment, part] = await Promise.all(
      ['0', '0.3'].map((name) => scene.fetchPath(`${at}/video-0/${name}.m4s`)),
    );
    media.segments(3);
    await stored(run, 0);
    expect(run.renditions.get('video-0')!.segment(0)!.inMemory).toBe(false);
    expect((await scene.fetchPath(`${at}/video-0/0.m4s`)).bytes).toEqual(segment!.bytes);
    expect((await scene.fetchPath(`${at}/video-0/0.3.m4s`)).bytes).toEqual(part!.bytes);
    const range = await scene.fetchPath(`${at}/video-0/0.m4s`, {
      headers: { range: 'bytes=10-19' },
    });
    expect([range.status, range.bytes.length]).toEqual([206, 10]);
    const head = await scene.fetchPath(`${at}/video-0/0.m4s`, { method: 'HEAD' });
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
  ])('supports ranges: %s', async (range, status, contentRange, length) => {
    const { media, at } = scene.live();
    media.segment();
    const answer = await scene.fetchPath(`${at}/video-0/0.m4s`, { headers: { range } });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-range']).toBe(contentRange);
    expect(answer.headers['content-length']).toBe(String(length));
    expect(answer.bytes.length).toBe(length);
  });

  it('supports ranges only of the version with which the client started', async () => {
    const { media, at } = scene.live();
    media.segment();
    const path = `${at}/video-0/0.m4s`;
    const { etag } = (await scene.fetchPath(path)).headers;
    const ask = (ifRange: string) =>
      scene.fetchPath(path, { headers: { range: 'bytes=0-9', 'if-range': ifRange } });
    expect((await ask(etag!)).status).toBe(206);
    expect((await ask('"other"')).status).toBe(200);
  });

  it.each(['video-0/0.m4s', 'video-0/0.0.m4s', 'video-0/init-0.mp4'])(
    'is not sent again: %s',
    async (name) => {
      const { media, at } = scene.live();
      media.segment();
      const { etag } = (await scene.fetchPath(`${at}/${name}`)).headers;
      for (const known of [etag!, `W/${etag}`, `"x", ${etag}`, '*']) {
        const answer = await scene.fetchPath(`${at}/${name}`, {
          headers: { 'if-none-match': known },
        });
        expect([answer.status, answer.headers.etag]).toEqual([304, etag]);
      }
      const other = await scene.fetchPath(`${at}/${name}`, { headers: { 'if-none-match': '"x"' } });
      expect(other.status).toBe(200);
    },
  );

  it('retains the init sections of earlier configurations for their segments', async () => {
    const { media, at, video, playlist } = scene.live();
    media.segment();
    video.setInit(fakeVideoInit(360));
    media.segment({ discontinuity: true });
    const { text } = await playlist();
    expect(text).toMatch(
      /init-0\.mp4"[^]+0\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="video-0\/init-1\.mp4"/,
    );
    for (const name of ['init-0', 'init-1'])
      expect((await scene.fetchPath(`${at}/video-0/${name}.mp4`)).status).toBe(200);
    expect((await scene.fetchPath(`${at}/video-0/init-2.mp4`)).status).toBe(404);
  });

  it('has the same headers for HEAD and GET', async () => {
    const { media, at, base } = scene.live();
    media.segment();
    const paths = ['video-0.m3u8', 'video-0/0.m4s', 'video-0/0.0.m4s', 'video-0/init-0.mp4'];
    for (const path of [`${base}/index.m3u8`, ...paths.map((name) => `${at}/${name}`)]) {
      const [got, head] = [
        await scene.fetchPath(path),
        await scene.fetchPath(path, { method: 'HEAD' }),
      ];
      expect(head.bytes.length).toBe(0);
      expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' });
    }
  });

  it('includes the channel’s thumbnail', async () => {
    const { channel, base } = scene.live();
    expect((await scene.fetchPath(`${base}/thumbnail.jpg`)).status).toBe(404);
    const jpeg = Buffer.from('not quite a JPEG');
    scene.server.source.channels.set(channel, {
      ...scene.server.source.find(channel)!,
      thumbnail: { jpeg, version: 'v7' },
    });
    const answer = await scene.fetchPath(`${base}/thumbnail.jpg`);
    expect(answer).toMatchObject({
      status: 200,
      bytes: jpeg,
      headers: {
        'content-type': 'image/jpeg',
        'cache-control': 'public, max-age=10',
        etag: '"v7"',
      },
    });
    const again = await scene.fetchPath(`${base}/thumbnail.jpg`, {
      headers: { 'if-none-match': '"v7"' },
    });
    expect(again.status).toBe(304);
  });

  it('is served under its version, and an older version gets the newest', async () => {
    const { channel, base } = scene.live();
    scene.server.source.channels.set(channel, {
      ...scene.server.source.find(channel)!,
      thumbnail: { jpeg: Buffer.from('the newest'), version: 'v8' },
    });
    const caching = async (file: string) => {
      const { status, headers, text } = await scene.fetchPath(`${base}/${file}`);
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

describe('players on other sites', () => {
  it('can fetch everything and read timing data', async () => {
    const { media, at, base } = scene.live();
    media.segment();
    const paths = [`${base}/index.m3u8`, `${at}/video-0.m3u8`, `${at}/video-0/0.m4s`, `${at}/x`];
    for (const path of paths) {
      const { headers } = await scene.fetchPath(path, {
        headers: { origin: 'https://elsewhere.example' },
      });
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-expose-headers']).toContain('Date');
      expect(headers['access-control-expose-headers']).toContain('Content-Range');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers.date).toBeDefined();
    }
  });

  it('can request ranges', async () => {
    const { at } = scene.live();
    const { status, headers, bytes } = await scene.fetchPath(`${at}/video-0/0.m4s`, {
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

describe('errors', () => {
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
  ])('explain themselves: %s', async (path, status) => {
    const { base, run, media } = scene.live();
    media.segment();
    const answer = await scene.fetchPath(`${base}${path.replace('RUN', run.id)}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(errorOf(answer).message).toMatch(/^[A-Z_].+\.$/s);
    expect(errorOf(answer).code).toBe(status === 400 ? 'bad_request' : 'not_found');
  });

  it('are returned for channels that are not live and for invalid names', async () => {
    for (const channel of ['nobody', 'Nobody', 'x', '..', '%2e%2e', 'a%2fb', 'a'.repeat(500)])
      for (const rest of ['index.m3u8', 'thumbnail.jpg'])
        expect((await scene.fetchPath(`/hls/${channel}/${rest}`)).status).toBe(404);
  });

  it('for a broadcast without media are held back, and its first segment prevents them', async () => {
    const { run, base, media } = scene.live();
    const index = scene.fetchPath(`${base}/index.m3u8`);
    const metric = () => scene.server.metrics.text();
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

  it('for a broadcast that remains without media say when to retry', async () => {
    scene.server.source.channels.set('silent', { run: null, state: 'preparing', thumbnail: null });
    const answer = await scene.fetchPath('/hls/silent/index.m3u8');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  });

  it('for a broadcast without HLS suggest WebRTC', async () => {
    scene.server.source.channels.set('webrtc', {
      run: null,
      state: 'unavailable',
      thumbnail: null,
    });
    const answer = await scene.fetchPath('/hls/webrtc/index.m3u8');
    expect(answer.status).toBe(404);
    expect(errorOf(answer).message).toContain('WebRTC');
  });

  it('are returned for gaps, which have no media', async () => {
    const { media, at, playlist } = scene.live();
    media.segment();
    media.gap();
    expect((await playlist()).text).toMatch(/#EXT-X-GAP\n#EXTINF:2\.00000,\nvideo-0\/1\.m4s/);
    expect((await scene.fetchPath(`${at}/video-0/1.m4s`)).status).toBe(404);
  });
});
