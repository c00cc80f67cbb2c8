import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HlsScene, waiting } from '../support/hls-scene.js';
import { FakeMedia, fakeAudioInit, fakeVideoInit } from '../support/hls-server.js';

/** Browsers revalidate each time; a CDN serves many viewers. */
const ONLY_SHARED = 'public, max-age=0, s-maxage=1';

let scene: HlsScene;
beforeAll(async () => {
  scene = await HlsScene.open();
});
afterAll(() => scene.close());

describe('playlists', () => {
  it('lead from the channel to a run, a rendition, and its media', async () => {
    const { channel, run, media } = scene.live();
    media.segments(3);
    const index = await scene.fetchPath(`/hls/${channel}/index.m3u8`);
    expect(index.status).toBe(200);
    expect(index.headers['content-type']).toBe('application/vnd.apple.mpegurl');
    expect(index.headers['cache-control']).toBe(ONLY_SHARED);
    expect(index.text).toContain(`${run.id}/video-0.m3u8`);
    expect(index.text).toContain(`URI="${run.id}/opus.m3u8"`);
    const [, uri] = /^(.+video-0\.m3u8)$/m.exec(index.text)!;
    const list = await scene.fetchPath(`/hls/${channel}/${uri}`);
    expect(list.status).toBe(200);
    const names = [...list.text.matchAll(/^[^#\n].*$|URI="([^"]+)"/gm)]
      .map((match) => match[1] ?? match[0])
      .filter((name) => !list.text.includes(`HINT:TYPE=PART,URI="${name}"`))
      .filter((name) => !name.endsWith('.m3u8'));
    expect(names).toContain('video-0/init-0.mp4');
    expect(names).toContain('video-0/2.m4s');
    expect(names).toContain('video-0/2.5.m4s');
    for (const name of names) {
      const { status, headers, bytes } = await scene.fetchPath(`/hls/${channel}/${run.id}/${name}`);
      expect({ name, status }).toEqual({ name, status: 200 });
      expect(headers['content-type']).toBe('video/mp4');
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(bytes.length).toBeGreaterThan(500);
    }
    const sound = await scene.fetchPath(`/hls/${channel}/${run.id}/opus/0.m4s`);
    expect(sound.headers['content-type']).toBe('audio/mp4');
  });

  it('contain measured values: bit rates, frame rate, resolution', async () => {
    const { base, media } = scene.live();
    media.segments(2);
    media.segment({ byteLength: 2_000 });
    const { text } = await scene.fetchPath(`${base}/index.m3u8`);
    // 6 parts of 2000 bytes in 2 s, and the same for audio.
    expect(text).toMatch(/BANDWIDTH=96000,/);
    expect(text).toMatch(/AVERAGE-BANDWIDTH=64000,/);
    expect(text).toMatch(/RESOLUTION=1280x720,FRAME-RATE=30/);
    expect(text).toContain('CODECS="avc1.42E01F,opus"');
  });

  it('contain measured values after the segments have been written to disk', async () => {
    const { base, media, files } = scene.live();
    media.segments(2);
    media.segment({ byteLength: 2_000 });
    await files.settled();
    const { text } = await scene.fetchPath(`${base}/index.m3u8`);
    expect(text).toMatch(/BANDWIDTH=96000,/);
    expect(text).toMatch(/AVERAGE-BANDWIDTH=64000,/);
    expect(text).toMatch(/FRAME-RATE=30/);
  });

  it('declare independent segments until one begins without a key frame', async () => {
    const { base, at, media, playlist } = scene.live();
    const promise = '#EXT-X-INDEPENDENT-SEGMENTS\n';
    const paths = [`${base}/index.m3u8`, `${at}/video-0.m3u8`];
    media.segment();
    expect((await playlist()).text.match(/INDEPENDENT=YES/g)).toHaveLength(1);
    for (const path of paths) expect((await scene.fetchPath(path)).text).toContain(promise);
    media.start();
    media.part({ independent: false });
    media.end();
    for (const path of paths) expect((await scene.fetchPath(path)).text).not.toContain(promise);
    media.segment();
    for (const path of paths) expect((await scene.fetchPath(path)).text).not.toContain(promise);
  });

  it('declare them for a whole audio-only broadcast', async () => {
    const run = scene.server.open('radio').run;
    const opus = run.rendition('opus', { kind: 'audio' });
    opus.setInit(fakeAudioInit());
    new FakeMedia(scene.server.clock, [opus]).segment();
    expect((await scene.fetchPath('/hls/radio/index.m3u8')).text).toContain(
      '-INDEPENDENT-SEGMENTS\n',
    );
  });

  it('omit a layer while it is not sent', async () => {
    const { base, run, media } = scene.live();
    const high = run.rendition('video-1', { kind: 'video', layer: 1 });
    high.setInit(fakeVideoInit(1080));
    const highMedia = new FakeMedia(scene.server.clock, [high]);
    const index = async () => (await scene.fetchPath(`${base}/index.m3u8`)).text;
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

  it('are cached for a second by shared caches, never by browsers, until they have ended', async () => {
    const { run, media, playlist } = scene.live();
    media.segments(2);
    for (const query of ['', '?_HLS_msn=1', '?_HLS_msn=1&_HLS_part=2', '?_HLS_skip=YES'])
      expect((await playlist(query)).headers['cache-control']).toBe(ONLY_SHARED);
    run.end();
    expect((await playlist()).headers['cache-control']).toBe('public, max-age=18');
  });

  it('are compressed if accepted, and the encodings have different entity tags', async () => {
    const { media, at, base } = scene.live();
    media.segments(20);
    for (const path of [`${at}/video-0.m3u8`, `${base}/index.m3u8`]) {
      const plain = await scene.fetchPath(path);
      const packed = await scene.fetchPath(path, { headers: { 'accept-encoding': 'br, gzip' } });
      const refused = await scene.fetchPath(path, { headers: { 'accept-encoding': 'gzip;q=0' } });
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

  it('omit segments that the client already has, on request', async () => {
    const { media, playlist } = scene.live();
    media.segments(30);
    const skipped = await playlist('?_HLS_skip=YES');
    expect(skipped.text).toMatch(/#EXT-X-SKIP:SKIPPED-SEGMENTS=\d+/);
    const [, count] = /SKIPPED-SEGMENTS=(\d+)/.exec(skipped.text)!;
    const whole = await playlist();
    const segments = (text: string) => text.match(/^video-0\/\d+\.m4s$/gm)!;
    expect(segments(whole.text)).toHaveLength(30);
    expect(segments(skipped.text)).toEqual(segments(whole.text).slice(Number(count)));
  });

  it('are not sent again to clients that have them', async () => {
    const { media, at } = scene.live();
    media.segment();
    const path = `${at}/video-0.m3u8`;
    const { headers } = await scene.fetchPath(path);
    const again = await scene.fetchPath(path, { headers: { 'if-none-match': headers.etag! } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    media.segment();
    expect(
      (await scene.fetchPath(path, { headers: { 'if-none-match': headers.etag! } })).status,
    ).toBe(200);
  });

  it('report the positions of the other renditions', async () => {
    const { media, playlist } = scene.live();
    media.segment();
    media.start();
    media.part();
    media.part();
    expect((await playlist()).text).toContain(
      '#EXT-X-RENDITION-REPORT:URI="opus.m3u8",LAST-MSN=1,LAST-PART=1',
    );
  });

  it('end with the run, at once even for waiting requests', async () => {
    const { run, media, playlist } = scene.live();
    media.segments(2);
    const blocked = playlist('?_HLS_msn=2&_HLS_part=0');
    await waiting(run, 1);
    run.end();
    const answer = await blocked;
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/#EXT-X-ENDLIST\n$/);
    expect(answer.text).not.toContain('PRELOAD-HINT');
    // Directives no longer apply (RFC 8216bis, section 6.2.5.2).
    expect((await playlist('?_HLS_msn=900')).status).toBe(200);
  });
});
