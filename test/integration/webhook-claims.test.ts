import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { WebhookAdded } from '../../src/protocol/webhook.js';
import { WebhookDispatcher } from '../../src/webhooks/webhook-dispatcher.js';
import { WebhookEvents } from '../../src/webhooks/webhook-events.js';
import { type Outcome, WebhookRepository } from '../../src/webhooks/webhook.repository.js';
import type { TestApp } from '../support/app.js';
import { type HttpClient, loggedIn } from '../support/http-client.js';
import { TestNodes } from '../support/nodes.js';
import { allowLoopback, Receiver } from '../support/webhook-receiver.js';

const WEBHOOKS = 4;
const EVENTS = 25;
const MINUTE_MS = 60_000;

describe.skipIf(!process.env.TEST_DATABASE_URL)('webhooks on two nodes', () => {
  let nodes: TestNodes;
  let services: readonly TestApp[];
  let db: PrismaService;
  let channel: { id: string; name: string };
  let ann: HttpClient;
  let receiver: Receiver;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    services = [await nodes.start('node-1'), await nodes.start('node-2')];
    db = node(0).get(PrismaService);
    ann = await loggedIn(services[0]?.url ?? '', 'ann');
    await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
    channel = await db.channel.findUniqueOrThrow({ where: { name: 'tea' } });
  });
  beforeEach(async () => {
    for (const service of services) allowLoopback(service);
    receiver = new Receiver();
    await receiver.listen();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await receiver.close();
    await db.webhook.deleteMany();
  });
  afterAll(() => nodes.close());

  function node(nth: number) {
    const service = services[nth];
    if (!service) throw new Error(`there is no node ${nth}`);
    return service.app;
  }

  const repositoryOf = (nth: number) => node(nth).get(WebhookRepository);
  const wakeAll = () => services.forEach(({ app }) => app.get(WebhookDispatcher).wake());

  const add = async (path: string) => {
    const { body } = await ann.post('/api/channels/tea/webhooks', {
      url: `${receiver.url}/${path}`,
      events: ['broadcast.live', 'broadcast.ended'],
    });
    return (body as WebhookAdded).id;
  };

  const put = (webhookId: string, at = new Date()) => {
    const id = randomUUID();
    return db.webhookDelivery.create({
      data: { id, webhookId, event: 'ping', body: id, createdAt: at, nextAttemptAt: at },
    });
  };

  const delivered = (at: Date): Outcome => ({
    attempts: 1,
    deliveredAt: at,
    nextAttemptAt: null,
    lastStatus: 204,
    lastError: '',
  });

  it('get each delivery once, and one at a time', async () => {
    const sending = new Map<string, number>();
    let mostAtOnce = 0;
    receiver.beforeAnswer = async (path) => {
      const now = (sending.get(path) ?? 0) + 1;
      sending.set(path, now);
      mostAtOnce = Math.max(mostAtOnce, now);
      await sleep(5);
      sending.set(path, now - 1);
    };
    const webhooks = await Promise.all(Array.from({ length: WEBHOOKS }, (_, nth) => add(`${nth}`)));
    const used = [0, 1].map((nth) => vi.spyOn(repositoryOf(nth), 'finish'));
    for (const webhook of webhooks) for (let nth = 0; nth < EVENTS; nth += 1) await put(webhook);
    const waking = setInterval(wakeAll, 5);
    await receiver.count(WEBHOOKS * EVENTS);
    const waiting = () => db.webhookDelivery.count({ where: { deliveredAt: null } });
    await expect.poll(waiting).toBe(0);
    clearInterval(waking);
    const ids = receiver.received.map(({ headers }) => headers['onair-delivery']);
    expect(ids).toHaveLength(WEBHOOKS * EVENTS);
    expect(new Set(ids).size).toBe(WEBHOOKS * EVENTS);
    expect(mostAtOnce).toBe(1);
    // Both nodes sent deliveries.
    for (const finish of used) expect(finish).toHaveBeenCalled();
    expect(await db.webhook.count({ where: { leasedUntil: { not: null } } })).toBe(0);
  });

  it('get a delivery from the other node, with the same id, if a node ended while sending it', async () => {
    const webhook = await add('');
    const late = new Date(Date.now() - 2 * MINUTE_MS);
    const { id } = await put(webhook, late);
    // A node claimed the delivery and ended.
    const claimed = await repositoryOf(0).claim(late, new Date(late.getTime() + MINUTE_MS));
    expect(claimed).toMatchObject({ id, attempts: 0 });
    wakeAll();
    const [told] = await receiver.count(1);
    expect(told?.headers['onair-delivery']).toBe(id);
  });

  it('are not claimed again before the lease expires', async () => {
    const webhook = await add('');
    const start = new Date();
    const at = (ms: number) => new Date(start.getTime() + ms);
    expect(await repositoryOf(0).claim(at(0), at(1))).toBeNull();
    // The delivery is due so late that no dispatcher claims it.
    await put(webhook, at(MINUTE_MS));
    await put(webhook, at(MINUTE_MS + 1));
    const first = await repositoryOf(0).claim(at(2 * MINUTE_MS), at(3 * MINUTE_MS));
    expect(first).not.toBeNull();
    expect(await repositoryOf(1).claim(at(2 * MINUTE_MS), at(3 * MINUTE_MS))).toBeNull();
    expect(await repositoryOf(1).nextDueAt(at(2 * MINUTE_MS))).toEqual(at(3 * MINUTE_MS));
    const second = await repositoryOf(1).claim(at(3 * MINUTE_MS), at(4 * MINUTE_MS));
    expect(second?.id).toBe(first?.id);
    // The first sender was only slow. Its outcome counts, and the second sender's changes nothing.
    if (!first || !second) throw new Error('nothing was claimed');
    await repositoryOf(0).finish(first, delivered(at(1)));
    await repositoryOf(1).finish(second, { ...delivered(at(2)), lastStatus: 500 });
    const stored = await db.webhookDelivery.findUniqueOrThrow({ where: { id: first.id } });
    expect(stored).toMatchObject({ attempts: 1, lastStatus: 204 });
    expect(await db.webhook.count({ where: { leasedUntil: { not: null } } })).toBe(0);
  });

  it('are notified once of the start and the end of a broadcast', async () => {
    await add('');
    const now = new Date();
    const broadcast = await db.broadcast.create({
      data: {
        id: randomUUID(),
        channelId: channel.id,
        title: 'Tea',
        state: 'LIVE',
        startedAt: now,
        lastSeenAt: now,
      },
    });
    const about = { broadcastId: broadcast.id, title: 'Tea', startedAt: now.toISOString() };
    const ended = { ...about, endedAt: null, reason: null, peakViewers: 0 };
    const all = services.map(({ app }) => app.get(WebhookEvents));
    const settled = () => Promise.all(all.map((events) => events.settled()));
    // The start was not announced, so the end isn't either.
    for (const events of all) events.enqueueOnce(channel, 'broadcast.ended', ended, 1);
    await settled();
    for (let nth = 0; nth < 5; nth += 1)
      for (const events of all) events.enqueueOnce(channel, 'broadcast.live', about, 1);
    await settled();
    for (let nth = 0; nth < 5; nth += 1)
      for (const events of all) events.enqueueOnce(channel, 'broadcast.ended', ended, 1);
    await settled();
    // Epoch 0 belongs to a node that has lost the broadcast.
    for (const events of all) events.enqueueOnce(channel, 'broadcast.ended', ended, 0);
    await settled();
    await receiver.count(2);
    expect((await db.webhookDelivery.findMany()).map(({ event }) => event).toSorted()).toEqual([
      'broadcast.ended',
      'broadcast.live',
    ]);
  });
});
