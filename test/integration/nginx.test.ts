import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { NodeDrain } from '../../src/cluster/node-drain.js';
import type { ChatMessage } from '../../src/protocol/chat.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { MOVING_QUERY } from '../../src/protocol/moving.js';
import type { TestApp } from '../support/app.js';
import { fetchRenditions } from '../support/fetched-playlist.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { NginxProxy } from '../support/nginx.js';
import { TestNodes } from '../support/nodes.js';
import { api, guestCookie } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';

const nginx = process.env.NGINX_BIN ?? '';
const LIMIT = { timeout: 200_000, interval: 50 };
const CHANNEL = 'far';
const PLAYERS = 5;

describe.skipIf(!process.env.TEST_DATABASE_URL || !hasFfmpegReaders || nginx === '')(
  'two nodes behind nginx',
  { timeout: 120_000 },
  () => {
    let nodes: TestNodes;
    let apps: readonly TestApp[];
    let proxy: NginxProxy;
    let film: RecordedFilm;

    const channel = () => api<ChannelView>(proxy.url, film.owner, 'GET', `/channels/${CHANNEL}`);
    /** Returns nginx's log entries about a path. */
    const logged = (path: string) => proxy.requests.filter((one) => one.path === path);

    beforeAll(async () => {
      nodes = await TestNodes.open();
      const settings = { TRUST_PROXY: '1', GRACE_SECONDS: '20', DRAIN_SECONDS: '60' };
      apps = [await nodes.start('a', settings), await nodes.start('b', settings)];
      proxy = await NginxProxy.start(
        nginx,
        apps.map(({ url }) => url),
      );
      film = await vi.waitUntil(() => RecordedFilm.of(proxy.url, CHANNEL).catch(() => null), LIMIT);
      // The publisher's requests can reach any node.
      await film.send({ video: 'h264', audio: true, size: '320x180' });
      await vi.waitUntil(async () => (await channel()).broadcast?.hls === 'ready', LIMIT);
    }, 120_000);
    afterAll(async () => {
      if (proxy?.output) process.stderr.write(proxy.output);
      await proxy?.close();
      await nodes?.close();
    });

    async function join(): Promise<{ socket: ClientSocket; seen: ChatMessage[] }> {
      const socket = await openSocket(proxy.url, { cookie: await guestCookie(proxy.url) });
      onTestFinished(() => void socket.disconnect());
      const seen: ChatMessage[] = [];
      socket.on('chat:messages', ({ messages }) => seen.push(...messages));
      await request(socket, 'chat:join', { channel: CHANNEL });
      return { socket, seen };
    }

    it('connect all people in a chat, whichever node they reach', async () => {
      const people = [await join(), await join(), await join(), await join()];
      for (const [n, { socket }] of people.entries())
        await request(socket, 'chat:send', {
          channel: CHANNEL,
          nonce: randomUUID(),
          text: `message ${n}`,
          guestName: `guest ${n}`,
        });
      const texts = people.map((_one, n) => `message ${n}`);
      for (const { seen } of people)
        await expect.poll(() => seen.map(({ text }) => text), LIMIT).toEqual(texts);
      for (const { socket } of people) socket.disconnect();
      const reached = () =>
        new Set(
          proxy.requests
            .filter(({ path, status }) => path.startsWith('/socket.io') && status === 101)
            .flatMap((one) => one.nodes),
        );
      await expect.poll(() => reached().size, LIMIT).toBe(2);
    });

    it('send a part to each waiting player at once, and then from the cache', async () => {
      const renditions = await fetchRenditions(`${proxy.url}/hls/${CHANNEL}/index.m3u8`);
      const url = renditions.find(({ id }) => id === 'video-0')?.url ?? '';
      const text = await (await fetch(url)).text();
      const [, uri = ''] = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(text) ?? [];
      const part = new URL(uri, url);
      const waiting = await Promise.all(
        Array.from({ length: PLAYERS }, async () => {
          const response = await fetch(part);
          return { status: response.status, size: (await response.arrayBuffer()).byteLength };
        }),
      );
      expect(new Set(waiting.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(waiting.map(({ size }) => size)).size).toBe(1);
      const path = `${part.pathname}${part.search}`;
      // With proxy_cache_lock, all requests except one would wait for the cache, and find the part
      // there half a second late.
      await expect.poll(() => logged(path).map(({ cache }) => cache), LIMIT).toContain('MISS');
      await expect.poll(() => logged(path).length, LIMIT).toBe(PLAYERS);
      expect(logged(path).filter(({ cache }) => cache === 'HIT')).toEqual([]);
      const again = await fetch(part);
      expect((await again.arrayBuffer()).byteLength).toBe(waiting[0]?.size);
      await expect.poll(() => logged(path).at(-1)?.cache, LIMIT).toBe('HIT');
      // A playlist changes with every part.
      expect(new Set(logged(new URL(url).pathname).map(({ cache }) => cache))).not.toContain('HIT');
    });

    it('don’t expose their metrics', async () => {
      expect((await fetch(`${proxy.url}/metrics`)).status).toBe(404);
      expect((await fetch(`${apps[0]?.url}/metrics`)).status).toBe(200);
    });

    it('take over the clients of a node that drains', async () => {
      const [one] = apps;
      const drain = one?.app.get(NodeDrain);
      expect(await drain?.drain()).toBe(true);
      for (let n = 0; n < 4; n += 1) {
        const socket = io(proxy.url, {
          query: { [MOVING_QUERY]: '1' },
          transports: ['websocket'],
          reconnection: false,
          forceNew: true,
        });
        await new Promise<void>((resolve, reject) => {
          socket.once('connect', resolve);
          socket.once('connect_error', reject);
        });
        socket.close();
      }
      // Some requests reached the draining node first, and nginx retried them at the other node.
      const moved = () => proxy.requests.filter(({ path }) => path.includes(`${MOVING_QUERY}=1`));
      await expect.poll(() => moved().length, LIMIT).toBe(4);
      expect(new Set(moved().map(({ status }) => status))).toEqual(new Set([101]));
      expect(new Set(moved().map((request_) => request_.nodes.at(-1))).size).toBe(1);
      expect(moved().some((request_) => request_.nodes.length > 1)).toBe(true);
      expect(await drain?.cancel()).toBe(true);
    });

    it('continue if one of them is lost, and its encoder can reconnect', async () => {
      const { broadcast } = await channel();
      await film.vanish();
      const [one, two] = apps;
      if (!one || !two) throw new Error('two nodes were expected');
      await nodes.stop(one);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => fetch(`${proxy.url}/api/channels/${CHANNEL}`)),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      await vi.waitUntil(async () => (await channel()).broadcast?.state === 'interrupted', LIMIT);
      const id = await film.send({ video: 'h264', audio: true, size: '320x180' });
      expect(id).toBe(broadcast?.id);
      await film.end();
    });
  },
);
