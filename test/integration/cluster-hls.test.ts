import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Playback } from '../../src/protocol/access.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { HLS_EDGE, type HlsEdge } from '../../src/hls/delivery/hls-edge.js';
import { HlsOrigin } from '../../src/hls/delivery/hls-origin.js';
import type { TestApp } from '../support/app.js';
import { hasFfmpegReaders, playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { fetchRenditions } from '../support/fetched-playlist.js';
import { TestNodes } from '../support/nodes.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';

const LIMIT = { timeout: 200_000, interval: 50 };

type Fetched = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>;

/** Fetches a URL with only these headers; fetch() would add others. */
function get(url: string, { headers = {}, agent }: Asked = {}): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  request(url, { headers, ...(agent && { agent }) }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const { date: _date, ...rest } = response.headers;
      resolve({ status: response.statusCode ?? 0, headers: rest, body: Buffer.concat(chunks) });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}
type Asked = { headers?: Record<string, string>; agent?: Agent };

/** The position after a playlist's last part, which the preload hint names. */
function hinted(text: string): { msn: number; part: number; uri: string } {
  const [, uri = '', msn, part] =
    /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+\/(\d+)\.(\d+)\.m4s)"/.exec(text) ?? [];
  return { msn: Number(msn), part: Number(part), uri };
}

describe.skipIf(!process.env.TEST_DATABASE_URL || !hasFfmpegReaders)('HLS on several nodes', () => {
  let nodes: TestNodes;
  let a: TestApp;
  let b: TestApp;
  let film: RecordedFilm;

  const edge = () => b.app.get<HlsEdge>(HLS_EDGE);
  const origin = () => a.app.get(HlsOrigin);
  const channel = (node: TestApp) =>
    api<ChannelView>(node.url, film.owner, 'GET', `/channels/${film.channel}`);

  beforeAll(async () => {
    nodes = await TestNodes.open();
    a = await nodes.start('a', { GRACE_SECONDS: '20' });
    b = await nodes.start('b', { GRACE_SECONDS: '20' });
    film = await RecordedFilm.of(a.url, 'far');
    await film.send({ video: 'h264', audio: true, size: '320x180' });
    await vi.waitUntil(async () => (await channel(b)).broadcast?.hls === 'ready', LIMIT);
  }, 120_000);
  afterAll(() => nodes.close());

  /** Returns a broadcast's playlists as served by a node. */
  const renditionsAt = (node: TestApp) => fetchRenditions(`${node.url}/hls/far/index.m3u8`);
  const pathOf = (url: string) => new URL(url).pathname;

  async function expectSame(path: string, headers: Record<string, string> = {}): Promise<Buffer> {
    const [there, here] = [
      await get(`${a.url}${path}`, { headers }),
      await get(`${b.url}${path}`, { headers }),
    ];
    expect(here.status).toBe(there.status);
    expect(here.headers).toEqual(there.headers);
    expect(here.body.equals(there.body)).toBe(true);
    expect(here.body.length).toBeGreaterThan(0);
    return here.body;
  }

  it('has the same URLs on every node, and the same bytes', async () => {
    const [atA, atB] = [await renditionsAt(a), await renditionsAt(b)];
    expect(atB.map(({ url }) => pathOf(url))).toEqual(atA.map(({ url }) => pathOf(url)));
    const { url } = atB.find(({ id }) => id === 'video-0')!;
    for (const kind of ['video-0', 'opus', 'aac']) {
      const playlist = pathOf(atB.find(({ id }) => id === kind)!.url);
      const first = (await get(`${b.url}${playlist}`)).body.toString();
      const { msn, part } = hinted(first);
      const [waited, packed] = await Promise.all([
        get(`${b.url}${playlist}?_HLS_msn=${msn}&_HLS_part=${part}`),
        get(`${b.url}${playlist}?_HLS_msn=${msn}&_HLS_part=${part}`, {
          headers: { 'accept-encoding': 'gzip' },
        }),
      ]);
      const text = waited.body.toString();
      expect(text).toContain(`/${msn}.${part}.m4s"`);
      expect(gunzipSync(packed.body).toString()).toContain(`/${msn}.${part}.m4s"`);
      const names = [...text.matchAll(/^[^#\n].*$|(?:PART|MAP):(?:[^\n]*,)?URI="([^"]+)"/gm)]
        .map(([whole, quoted]) => quoted ?? whole)
        .slice(0, 6);
      expect(names.length).toBeGreaterThanOrEqual(3);
      for (const name of names) {
        const path = pathOf(new URL(name, `${b.url}${playlist}`).href);
        await expectSame(path);
        await expectSame(path, { range: 'bytes=100-199' });
      }
    }
    expect(edge().memoryBytes).toBeGreaterThan(10_000);
    // The oldest segment to which viewers can rewind.
    const text = (await get(url)).body.toString();
    const [oldest = ''] = /^[^#\n].*\.m4s$/m.exec(text) ?? [];
    await expectSame(pathOf(new URL(oldest, url).href));
  });

  it('fetches a part once for all 200 players that wait for it', async () => {
    const { url } = (await renditionsAt(b)).find(({ id }) => id === 'video-0')!;
    const agent = new Agent({ keepAlive: true });
    const { msn, uri } = hinted((await get(url)).body.toString());
    // The response is blocked until another segment is complete, so its hint names a part that no
    // node has fetched.
    const { uri: next } = hinted((await get(`${url}?_HLS_msn=${msn}`)).body.toString());
    expect(next).not.toBe(uri);
    const before = [edge().fetched.requests, origin().traffic.requests];
    const part = new URL(next, url).href;
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(part, { agent })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { body } of answers) expect(body.equals(answers[0]!.body)).toBe(true);
    expect([edge().fetched.requests, origin().traffic.requests]).toEqual(
      before.map((count) => count + 1),
    );
    agent.destroy();
  });

  it('shows the thumbnail', async () => {
    const thumbnail = await vi.waitUntil(async () => (await channel(b)).thumbnail, LIMIT);
    const { status, headers } = await get(`${b.url}${thumbnail}`);
    expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
    expect((await get(`${b.url}/hls/far/thumbnail.jpg`)).status).toBe(200);
  });

  it('is played by FFmpeg', async () => {
    const url = `${b.url}/hls/far/index.m3u8`;
    for (const from of ['live', 'rewind'] as const)
      await expect(playWithFfmpeg(url, { from, seconds: 4 })).resolves.toBeUndefined();
  });

  it('is refused without access, and a token of one node is valid on all', async () => {
    const access = (visibility: string) =>
      api(a.url, film.owner, 'PATCH', '/channels/far/access', { visibility });
    await access('private');
    const { hls } = await api<Playback>(a.url, film.owner, 'GET', '/channels/far/playback');
    expect(hls).toContain('~');
    await vi.waitUntil(
      async () => (await get(`${b.url}/hls/far/index.m3u8`)).status === 404,
      LIMIT,
    );
    const index = await get(`${b.url}${hls}`);
    expect([index.status, index.headers['cache-control']]).toEqual([200, 'private, no-store']);
    const [uri = ''] = /^[^#\n].*\.m3u8$/m.exec(index.body.toString()) ?? [];
    const playlist = new URL(uri, `${b.url}${hls}`).href;
    const { uri: part } = hinted((await get(playlist)).body.toString());
    const media = new URL(part, playlist).href;
    const { status, headers } = await get(media);
    expect([status, headers['cache-control']]).toEqual([200, 'private, max-age=60, immutable']);
    const bare = media.replace(/~[^/]+\//, '');
    expect((await get(bare)).status).toBe(404);
    expect((await get(media.replace('/~', '/~x'))).status).toBe(404);
    await access('public');
    await vi.waitUntil(async () => (await get(bare)).status === 200, LIMIT);
  });

  it('is played to the end of a run whose node no longer has the broadcast', async () => {
    const { url } = (await renditionsAt(a)).find(({ id }) => id === 'video-0')!;
    await film.lose();
    await film.send({ video: 'h264', audio: true, size: '320x180' }, b.url);
    const ended = await vi.waitUntil(async () => {
      const { body } = await get(url);
      return body.includes('#EXT-X-ENDLIST') && body.toString();
    }, LIMIT);
    const segments = ended.match(/^[^#\n].*\.m4s$/gm) ?? [];
    await expectSame(pathOf(new URL(segments.at(-1)!, url).href));
    // New players get the new node's run.
    const offered = async () => (await renditionsAt(a)).map((one) => one.url);
    await expect.poll(offered, LIMIT).not.toContain(url);
  });

  it('ends with the broadcast, and is played to its end', async () => {
    const { url } = (await renditionsAt(b)).find(({ id }) => id === 'video-0')!;
    await film.end();
    const ended = await vi.waitUntil(async () => {
      const { body } = await get(url);
      return body.includes('#EXT-X-ENDLIST') && body.toString();
    }, LIMIT);
    await expectSame(pathOf(url));
    const segments = ended.match(/^[^#\n].*\.m4s$/gm) ?? [];
    expect(segments.length).toBeGreaterThan(1);
    await expectSame(pathOf(new URL(segments.at(-1)!, url).href));
  });

  it('is refused clearly when its node stops', async () => {
    await film.send({ video: 'h264', audio: true, size: '320x180' });
    await vi.waitUntil(async () => (await channel(b)).broadcast?.hls === 'ready', LIMIT);
    const { url } = (await renditionsAt(b)).find(({ id }) => id === 'video-0')!;
    const { msn } = hinted((await get(url)).body.toString());
    const waits = get(`${url}?_HLS_msn=${msn + 1}`);
    await film.vanish();
    await nodes.stop(a);
    const { status, body } = await waits;
    const isOver = status === 200 && body.includes('#EXT-X-ENDLIST');
    expect(isOver || status === 404 || status === 503).toBe(true);
    await vi.waitUntil(async () => [404, 503].includes((await get(url)).status), LIMIT);
    await vi.waitUntil(
      async () => (await get(`${b.url}/hls/far/index.m3u8`)).status === 404,
      LIMIT,
    );
  });
});
