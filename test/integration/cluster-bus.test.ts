import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bus, BUS, MESSAGE_MAX } from '../../src/cluster/bus.js';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { TestApp } from '../support/app.js';
import { freePort } from '../support/free-port.js';
import { TestNodes } from '../support/nodes.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';

/** A server through which nodes wake each other. */
type Waker = Readonly<{
  /** The nodes' settings. */
  env: Readonly<Record<string, string>>;
  /** Cuts the connection on which a node receives from the others. */
  cut(hearer: Cluster): Promise<void>;
  /** Makes nodes unable to send messages until the returned function is called. */
  cutSenders(): Promise<() => Promise<void>>;
  /** Resolves when the messages that a node has published so far have failed. */
  failed(node: TestApp['app']): Promise<void>;
  close(): Promise<void>;
}>;

function postgres(nodes: TestNodes): Waker {
  return {
    env: {},
    cut: async (hearer) => {
      expect(await nodes.cutSession(hearer)).toBe(true);
    },
    cutSenders: () => nodes.cutPools(),
    failed: async (node) => {
      // The message is sent between the two queries, so it fails before the second one does.
      for (let n = 0; n < 2; n += 1)
        await expect(node.get(PrismaService).$queryRaw`SELECT 1`).rejects.toThrow(/connect/);
    },
    close: async () => undefined,
  };
}

async function redis(): Promise<Waker> {
  const server = await RedisServer.start();
  return {
    env: { REDIS_URL: server.url },
    cut: () => server.cutSubscribers(),
    cutSenders: async () => {
      await server.cutPublishers();
      // Does nothing, because the nodes reconnect by themselves.
      return async () => undefined;
    },
    failed: async () => undefined,
    close: () => server.close(),
  };
}

describe.skipIf(!process.env.TEST_DATABASE_URL)('the bus of nodes', () => {
  let nodes: TestNodes;
  let close: () => Promise<void>;

  beforeEach(async () => {
    nodes = await TestNodes.open();
    close = async () => undefined;
  });
  afterEach(async () => {
    await nodes.close();
    await close();
  });

  async function startNode(name: string, env: Readonly<Record<string, string>>) {
    const { app } = await nodes.start(name, env);
    const heard: unknown[] = [];
    const bus = app.get<Bus>(BUS);
    bus.on('room', (message) => heard.push(message));
    return { app, bus, heard, cluster: app.get<Cluster>(CLUSTER) };
  }

  describe.each([
    ['PostgreSQL', postgres, true],
    ['Redis', redis, hasRedis],
  ])('over %s', (_name, open, isAvailable) => {
    let waker: Waker;

    beforeEach(async () => {
      if (!isAvailable) return;
      waker = await open(nodes);
      close = () => waker.close();
    });

    it.skipIf(!isAvailable)('wakes the others in order, but not the sender', async () => {
      const one = await startNode('one', waker.env);
      const two = await startNode('two', waker.env);
      for (let n = 0; n < 500; n += 1) one.bus.publish('room', { n });
      one.bus.publish('other', 'not for this topic');
      one.bus.publish('room', 'last');
      await expect.poll(() => two.heard.at(-1)).toBe('last');
      expect(two.heard).toEqual([...Array.from({ length: 500 }, (_, n) => ({ n })), 'last']);
      expect(one.heard).toEqual([]);
      expect(() => one.bus.publish('room', 'x'.repeat(MESSAGE_MAX))).toThrow(RangeError);
    });

    it.skipIf(!isAvailable)(
      'reports that messages may be lost, and delivers again, after the connection was cut',
      async () => {
        const one = await startNode('one', waker.env);
        const two = await startNode('two', waker.env);
        const gap = new Promise<void>((resolve) => two.bus.onGap(resolve));
        await waker.cut(two.cluster);
        await gap;
        // The sender's connection may have been cut as well.
        await expect
          .poll(() => {
            one.bus.publish('room', 'after');
            return two.heard;
          })
          .toContain('after');
        expect(await one.cluster.isDead(two.cluster.self)).toBe(false);
        await expect.poll(() => one.cluster.nodes.size).toBe(2);
      },
    );

    it.skipIf(!isAvailable)(
      'reports messages as lost that their sender could not send',
      async () => {
        const one = await startNode('one', waker.env);
        const two = await startNode('two', waker.env);
        let gaps = 0;
        two.bus.onGap(() => (gaps += 1));
        const mend = await waker.cutSenders();
        one.bus.publish('room', 'lost');
        await waker.failed(one.app);
        await mend();
        await expect.poll(() => gaps).toBeGreaterThan(0);
        expect(two.heard).toEqual([]);
      },
    );
  });

  describe.skipIf(!hasRedis)('over Redis', () => {
    it('notices a server that no longer answers, and one that restarted', async () => {
      const server = await RedisServer.start();
      close = () => server.close();
      const one = await startNode('one', { REDIS_URL: server.url });
      const two = await startNode('two', { REDIS_URL: server.url });
      const hears = () => {
        const text = `message ${Math.random()}`;
        return expect
          .poll(() => {
            one.bus.publish('room', text);
            return two.heard;
          })
          .toContain(text);
      };
      await hears();
      const frozen = new Promise<void>((resolve) => two.bus.onGap(resolve));
      server.freeze();
      let isFrozen = true;
      // On an idle machine, the checks of both connections fail within this interval. The system
      // accepts new connections while Redis is frozen, but Redis answers only once it is thawed.
      const turns = setInterval(() => {
        isFrozen = !isFrozen;
        if (isFrozen) server.freeze();
        else server.thaw();
      }, 12_000);
      await frozen;
      clearInterval(turns);
      server.thaw();
      await hears();
      const restarted = new Promise<void>((resolve) => two.bus.onGap(resolve));
      await server.restart();
      await restarted;
      await hears();
    });

    it('separates services that share a server', async () => {
      const server = await RedisServer.start();
      close = () => server.close();
      const one = await startNode('one', { REDIS_URL: server.url });
      const others = await TestNodes.open();
      const key = 'the secret of another service, which is long enough';
      const { app } = await others.start('two', { REDIS_URL: server.url, SECRET_KEY: key });
      app.get<Bus>(BUS).publish('room', 'from the other service');
      const two = await startNode('two', { REDIS_URL: server.url });
      two.bus.publish('room', 'from this service');
      await expect.poll(() => one.heard).toEqual(['from this service']);
      await others.close();
    });

    it.each([
      ['that is not running', async () => `redis://127.0.0.1:${await freePort()}`],
      [
        'whose password is missing',
        async () => {
          const server = await RedisServer.start({ password: 'correct-horse' });
          close = () => server.close();
          return server.url;
        },
      ],
    ])('refuses a server %s', async (_what, url) => {
      await expect(startNode('one', { REDIS_URL: await url() })).rejects.toThrow(
        /Redis can't be used: .+ Check REDIS_URL/,
      );
    });

    it('refuses a setting that connects nothing', async () => {
      await expect(
        startNode('one', { NODE_URL: '', REDIS_URL: 'redis://127.0.0.1:6379' }),
      ).rejects.toThrow(/- NODE_URL: is required with REDIS_URL/);
    });
  });
});
