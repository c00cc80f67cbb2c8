import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HlsNode, HlsNodes } from '../support/hls-nodes.js';
import { errorOf, waiting } from '../support/hls-scene.js';

let nodes: HlsNodes;
let origin: HlsNode;
let edge: HlsNode;

beforeEach(async () => {
  nodes = new HlsNodes();
  origin = await nodes.start('origin');
  edge = await nodes.start('edge');
});
afterEach(() => nodes.close());

/** Opens a channel at the origin and announces it to the edge. */
function live(at = origin) {
  const channel = at.scene.live();
  for (const node of [origin, edge])
    if (node !== at) node.directory.put(channel.channel, at === origin ? 'origin' : 'edge');
  return channel;
}

const partsServed = () => origin.served.filter((path) => path.endsWith('.m4s'));

describe('HLS on a node that does not have the broadcast', () => {
  it('is the same, with the same headers', async () => {
    const { base, at, media } = live();
    media.segments(2);
    media.start();
    media.part({ independent: true });
    const paths = [
      `${base}/index.m3u8`,
      `${at}/video-0.m3u8`,
      `${at}/video-0.m3u8?_HLS_msn=2&_HLS_part=0&_HLS_skip=YES`,
      `${at}/opus.m3u8?_HLS_msn=1`,
      `${at}/video-0/init-0.mp4`,
      `${at}/video-0/1.m4s`,
      `${at}/video-0/2.0.m4s`,
      `${at}/opus/0.m4s`,
      `${at}/video-0/7.m4s`,
      `${at}/video-0/2.9.m4s`,
      `${at}/video-7.m3u8`,
      `${at}/video-0.m3u8?_HLS_part=1`,
      `${at}/video-0.m3u8?_HLS_msn=99`,
      `${base}/AAAAAAAAAAAAAAAA/video-0.m3u8`,
      `${base}/thumbnail.jpg`,
    ];
    for (const path of paths)
      for (const method of ['GET', 'HEAD'])
        for (const headers of [{}, { 'accept-encoding': 'gzip' }, { range: 'bytes=2-5' }]) {
          const [there, here] = [
            await origin.scene.fetchPath(path, { method, headers }),
            await edge.scene.fetchPath(path, { method, headers }),
          ];
          const { date: _there, ...wanted } = there.headers;
          const { date: _here, ...got } = here.headers;
          expect({ path, status: here.status, headers: got }).toEqual({
            path,
            status: there.status,
            headers: wanted,
          });
          expect(here.bytes.equals(there.bytes)).toBe(true);
          const { etag } = there.headers;
          if (etag === undefined) continue;
          const known = { headers: { ...headers, 'if-none-match': etag } };
          expect((await edge.scene.fetchPath(path, known)).status).toBe(304);
        }
  });

  it('fetches a part, or a playlist, once for all requests that wait for it', async () => {
    const { at, media, run } = live();
    media.segment();
    media.start();
    media.part({ independent: true });
    const agent = new Agent({ keepAlive: true, maxSockets: 500 });
    const count = 200;
    const ask = (path: string) =>
      Array.from({ length: count }, () => edge.scene.fetchPath(path, { agent }));
    const parts = ask(`${at}/video-0/1.1.m4s`);
    const playlists = ask(`${at}/video-0.m3u8?_HLS_msn=1&_HLS_part=1`);
    await expect.poll(() => edge.edge.waiting).toBe(2 * count);
    await waiting(run, 2);
    media.part({ byteLength: 3_000 });
    const [part] = await Promise.all(parts);
    for (const { status, bytes } of await Promise.all([...parts, ...playlists]))
      expect([status, bytes.length > 0]).toEqual([200, true]);
    expect(part!.bytes.length).toBe(3_000);
    expect(origin.served.toSorted()).toEqual([
      expect.stringMatching(/video-0\.m3u8\?_HLS_msn=1&_HLS_part=1$/),
      expect.stringMatching(/video-0\/1\.1\.m4s$/),
    ]);
    // Later requests get the part from memory.
    expect((await edge.scene.fetchPath(`${at}/video-0/1.1.m4s`)).bytes.length).toBe(3_000);
    expect(partsServed()).toHaveLength(1);
    agent.destroy();
  });

  it('answers ranges from the complete media in memory', async () => {
    const { at, media } = live();
    media.segment({ byteLength: 1_000 });
    const path = `${at}/video-0/0.m4s`;
    for (const range of ['bytes=0-99', 'bytes=5990-', 'bytes=-10'])
      expect((await edge.scene.fetchPath(path, { headers: { range } })).status).toBe(206);
    const beyond = { headers: { range: 'bytes=6000-' } };
    expect((await edge.scene.fetchPath(path, beyond)).status).toBe(416);
    expect(partsServed()).toHaveLength(1);
    expect(edge.edge.memoryBytes).toBe(6_000);
  });

  it('keeps parts for a minute, and segments as long as viewers can rewind to them', async () => {
    const { at, media } = live();
    media.segment();
    const fetchBoth = async () => {
      await edge.scene.fetchPath(`${at}/video-0/0.m4s`);
      await edge.scene.fetchPath(`${at}/video-0/0.0.m4s`);
      return partsServed().length;
    };
    expect(await fetchBoth()).toBe(2);
    edge.scene.server.clock.advance(59_000);
    expect(await fetchBoth()).toBe(2);
    edge.scene.server.clock.advance(2_000);
    expect(await fetchBoth()).toBe(3);
  });

  it('requests a playlist in progress a few times a second, however many players poll it', async () => {
    const { at, media } = live();
    media.segment();
    const poll = async () => {
      const { status, text } = await edge.scene.fetchPath(`${at}/video-0.m3u8`);
      expect(status).toBe(200);
      return text.match(/\.m4s$/gm)?.length;
    };
    for (let player = 0; player < 20; player += 1) await poll();
    expect(origin.served).toHaveLength(1);
    media.segment();
    expect(await poll()).toBe(1);
    edge.scene.server.clock.advance(200);
    expect(await poll()).toBe(2);
    expect(origin.served).toHaveLength(2);
  });

  it('cancels its request to the origin when no player waits for it', async () => {
    const { at, media, run } = live();
    media.segment();
    const agent = new Agent();
    const path = `${at}/video-0.m3u8?_HLS_msn=1`;
    const requests = [1, 2].map(() => edge.scene.fetchPath(path, { agent }).catch(() => null));
    await expect.poll(() => edge.edge.waiting).toBe(2);
    await waiting(run, 1);
    agent.destroy();
    await Promise.all(requests);
    await waiting(run, 0);
    // The playlist can be requested again.
    const again = edge.scene.fetchPath(path);
    await waiting(run, 1);
    media.segment();
    expect((await again).status).toBe(200);
  });

  it('ends playlists when the broadcast ends, even for waiting requests', async () => {
    const { channel, at, media, run } = live();
    media.segment();
    const waits = edge.scene.fetchPath(`${at}/video-0.m3u8?_HLS_msn=1`);
    await waiting(run, 1);
    edge.directory.drop(channel);
    run.end();
    expect((await waits).text).toContain('#EXT-X-ENDLIST');
    // For a while, its media can be played to the end.
    expect((await edge.scene.fetchPath(`${at}/video-0/0.m4s`)).status).toBe(200);
    edge.scene.server.clock.advance(40_000);
    const late = await edge.scene.fetchPath(`${at}/video-0/0.m4s`);
    expect(late.status).toBe(404);
  });

  it('asks players to retry while the origin is unreachable', async () => {
    const { channel, at, media, run } = live();
    media.segment();
    const waits = edge.scene.fetchPath(`${at}/video-0.m3u8?_HLS_msn=1`);
    await waiting(run, 1);
    await origin.vanish();
    const answers = [await waits, await edge.scene.fetchPath(`/hls/${channel}/index.m3u8`)];
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(errorOf(answer).code).toBe('unavailable');
    }
    edge.directory.drop(channel);
    expect((await edge.scene.fetchPath(`/hls/${channel}/index.m3u8`)).status).toBe(404);
  });

  it('gives up on an origin that ended without announcing it, and follows the broadcast', async () => {
    const { channel, at, media, run } = live();
    media.segment();
    const waits = edge.scene.fetchPath(`${at}/video-0.m3u8?_HLS_msn=1`);
    await waiting(run, 1);
    const third = await nodes.start('third');
    const moved = third.scene.server.open(channel);
    edge.directory.put(channel, 'third');
    nodes.leave('origin');
    // The third node has no such run, so the player loads index.m3u8 again.
    expect((await waits).status).toBe(404);
    expect(third.served).toHaveLength(1);
    moved.run.end();
  });

  it('serves the end of an earlier run from the node that made it', async () => {
    const { channel, at, media, run } = live();
    media.segment();
    expect((await edge.scene.fetchPath(`${at}/video-0/0.m4s`)).status).toBe(200);
    // The publisher comes back to the edge.
    edge.directory.drop(channel);
    edge.scene.server.open(channel);
    run.end();
    const { status, text } = await edge.scene.fetchPath(`${at}/video-0.m3u8`);
    expect([status, text.includes('#EXT-X-ENDLIST')]).toEqual([200, true]);
  });
});

describe('the listener for other nodes', () => {
  it('serves HLS to nodes only', async () => {
    const { at } = live();
    const url = origin.url + `/node${at}/video-0.m3u8`;
    expect((await fetch(url)).status).toBe(403);
  });
});
