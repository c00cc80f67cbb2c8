import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewMessage } from '../../src/chat/messages/chat-message.js';
import { ChatRepository } from '../../src/chat/messages/chat.repository.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { databases, type TestApp } from '../support/app.js';
import { TestNodes } from '../support/nodes.js';
import { randomOf } from '../support/random.js';

const CHANNELS = 60;
const WRITING_MS = 5_000;

describe.runIf(databases.includes('postgresql'))('two services on one database', () => {
  let nodes: TestNodes;
  let services: readonly TestApp[];
  let db: PrismaService;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    services = [await nodes.start('node-1'), await nodes.start('node-2')];
    db = node(0).get(PrismaService);
  });
  afterAll(() => nodes.close());

  function node(nth: number): NestFastifyApplication {
    const test = services[nth];
    if (!test) throw new Error(`there is no node ${nth}`);
    return test.app;
  }

  async function addChannels(count: number): Promise<string[]> {
    const owner = await db.account.create({ data: { username: randomUUID(), passwordHash: 'x' } });
    const rows = await db.channel.createManyAndReturn({
      data: Array.from({ length: count }, () => ({ name: randomUUID(), ownerId: owner.id })),
    });
    return rows.map(({ id }) => id);
  }

  const message = (channelId: string): NewMessage => ({
    channelId,
    nonce: randomUUID(),
    broadcastId: null,
    accountId: null,
    guestId: 'guest',
    name: 'ann',
    displayName: '',
    role: 'guest',
    text: 'hello',
    replyToSeq: null,
  });

  it('write to the same chats at once, without a deadlock or a gap', async () => {
    const channels = await addChannels(CHANNELS);
    const until = performance.now() + WRITING_MS;
    const random = randomOf(1);
    const write = async (repository: ChatRepository) => {
      const stored: { channelId: string; seq: number }[] = [];
      while (performance.now() < until) {
        const batch = channels.filter(() => random() < 0.5).toSorted(() => random() - 0.5);
        stored.push(...(await repository.store(batch.map(message), new Date())));
      }
      return stored;
    };
    const written = await Promise.all([0, 1].map((nth) => write(node(nth).get(ChatRepository))));
    expect(Math.min(...written.map((stored) => stored.length))).toBeGreaterThan(CHANNELS);
    for (const id of channels) {
      const seqs = written.flat().flatMap(({ channelId, seq }) => (channelId === id ? [seq] : []));
      expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs.map((_, nth) => nth + 1));
    }
  });

  it('store a message only once if both receive it at the same time', async () => {
    const [channel = ''] = await addChannels(1);
    const all = Array.from({ length: 40 }, () => message(channel));
    // The batches overlap in different ways, so that a second attempt can find more known messages.
    const batches = all.flatMap((_, nth) => [all.slice(0, nth + 1), all.slice(nth)]);
    const stored = await Promise.all(
      batches.map((batch, nth) =>
        node(nth % 2)
          .get(ChatRepository)
          .store(batch, new Date()),
      ),
    );
    const seqs = new Map<string, Set<number>>();
    for (const { nonce, seq } of stored.flat())
      seqs.set(nonce, (seqs.get(nonce) ?? new Set()).add(seq));
    expect([...seqs.values()].map((each) => each.size)).toEqual(all.map(() => 1));
    const found = [...seqs.values()].flatMap((each) => [...each]).toSorted((a, b) => a - b);
    expect(found).toEqual(all.map((_, nth) => nth + 1));
    expect(stored.map((each) => each.length)).toEqual(batches.map((each) => each.length));
  });
});
