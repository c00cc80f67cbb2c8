import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { Chat } from '../../web/client/chat.js';
import { Connection } from '../../web/client/connection.js';
import { api, type Person, register, registerWithChannel } from '../support/people.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useServer } from '../support/fixtures/use-server.js';

const LONG = { timeout: 30_000 };

describe("the web client's connection and chat", () => {
  const test = useServer();
  let owner: Person;
  let channel: string;
  let count = 0;
  const cleanUps: (() => unknown)[] = [];

  beforeAll(async () => {
    owner = await registerWithChannel(test.url, 'owner');
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  async function freshChannel(): Promise<void> {
    const db = test.app.get(PrismaService);
    const { id: ownerId } = await db.account.findUniqueOrThrow({ where: { username: 'owner' } });
    channel = `room-${(count += 1)}`;
    await db.channel.create({ data: { name: channel, ownerId } });
  }

  async function proxied(): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(test.url);
    cleanUps.push(() => proxy.close());
    return proxy;
  }

  function connectionTo(url: string, who: Person | null = null): Connection {
    const connection = new Connection({ url, headers: who ? { cookie: who.cookie } : {} });
    cleanUps.push(() => connection.close());
    return connection;
  }

  /** Opens a client on its own network, which the test can break. */
  async function person(who: Person | null = null) {
    const proxy = await proxied();
    const connection = connectionTo(proxy.url, who);
    const chat = new Chat({ connection, channel });
    cleanUps.push(() => chat.close());
    await expect.poll(() => chat.state.value, LONG).toBe('ready');
    return { proxy, connection, chat };
  }

  const texts = (chat: Chat) => chat.messages.value.map(({ text }) => text);

  describe('the connection', () => {
    beforeEach(freshChannel);

    it('answers, rejects with the server’s code, and reports a missing connection', async () => {
      const proxy = await proxied();
      const connection = connectionTo(proxy.url);
      expect(connection.status.value).toBe('connecting');
      await expect(connection.request('clock:ping', {})).rejects.toMatchObject({ code: 'offline' });
      await expect.poll(() => connection.status.value).toBe('online');
      expect(await connection.request('clock:ping', {})).toEqual({ serverMs: expect.any(Number) });
      await expect(
        connection.request('chat:join', { channel: 'no-such-channel' }),
      ).rejects.toMatchObject({ code: 'channel_not_found' });
      const frozen = connection.request('clock:ping', {}, { timeoutMs: 50 });
      proxy.freeze();
      await expect(frozen).rejects.toMatchObject({
        code: expect.stringMatching(/timeout|offline/),
      });
    });

    it('reconnects repeatedly, with an event each time', async () => {
      const proxy = await proxied();
      const connection = connectionTo(proxy.url);
      let online = 0;
      connection.onOnline(() => (online += 1));
      for (let times = 1; times <= 4; times += 1) {
        await expect.poll(() => online, LONG).toBe(times);
        expect(connection.status.value).toBe('online');
        proxy.cut();
        await expect.poll(() => connection.status.value).not.toBe('online');
      }
    });

    it('fails a request at once when the connection breaks', async () => {
      const { proxy, connection } = await person();
      proxy.freeze();
      const ping = connection.request('clock:ping', {}, { timeoutMs: 60_000 });
      proxy.cut();
      await expect(ping).rejects.toMatchObject({ code: 'offline' });
    });

    it('notices that the server went silent, and reconnects', async () => {
      const { proxy, connection } = await person();
      proxy.freeze();
      await expect.poll(() => connection.status.value, { timeout: 30_000 }).toBe('offline');
      await expect.poll(() => connection.status.value, LONG).toBe('online');
    });

    it('reconnects after the server closed it, as at logout', async () => {
      const visitor = await registerWithChannel(test.url, `visitor-${(count += 1)}`);
      const { connection, chat } = await person(visitor);
      expect(chat.me.value?.role).toBe('member');
      await api(test.url, visitor, 'POST', '/auth/logout');
      await expect.poll(() => chat.me.value?.role, LONG).toBe('guest');
      expect(connection.status.value).toBe('online');
    });

    it('keeps trying while the server is down', async () => {
      const { proxy, connection } = await person();
      proxy.goDown();
      await expect.poll(() => connection.status.value).toBe('offline');
      await expect.poll(() => proxy.size, LONG).toBe(0);
      proxy.comeBack();
      await expect.poll(() => connection.status.value, LONG).toBe('online');
    });
  });

  it('shows a message at once, then as stored, to the sender and to others', async () => {
    await freshChannel();
    const [ann, bob] = [await person(), await person()];
    ann.chat.send('hello', { guestName: 'Ann' });
    expect(ann.chat.entries.value).toMatchObject([
      {
        kind: 'own',
        name: 'Ann',
        role: 'guest',
        entry: { text: 'hello', state: { name: 'pending' } },
      },
    ]);
    for (const { chat } of [ann, bob])
      await expect
        .poll(() => chat.entries.value)
        .toMatchObject([{ kind: 'message', message: { seq: 1, text: 'hello', name: 'Ann' } }]);
  });

  it('stores messages while offline and sends them when reconnected', async () => {
    await freshChannel();
    const [ann, bob] = [await person(), await person()];
    ann.proxy.goDown();
    await expect.poll(() => ann.connection.status.value).toBe('offline');
    ann.chat.send('one', { guestName: 'Ann' });
    ann.chat.send('two', { guestName: 'Ann' });
    await expect.poll(() => ann.chat.entries.value).toHaveLength(2);
    ann.proxy.comeBack();
    await expect.poll(() => texts(bob.chat), LONG).toEqual(['one', 'two']);
    await expect.poll(() => texts(ann.chat)).toEqual(['one', 'two']);
    expect(ann.chat.entries.value).toHaveLength(2);
  });

  it('sends rate-limited messages in order, as soon as allowed', async () => {
    await freshChannel();
    const { chat } = await person();
    const typed = Array.from({ length: 8 }, (_, i) => `message ${i}`);
    for (const text of typed) expect(chat.send(text, { guestName: 'Ann' })).toBe(true);
    await expect.poll(() => chat.sendError.value?.error.code, LONG).toBe('rate_limited');
    expect(chat.sendError.value?.retryAtMs).toBeGreaterThan(Date.now() - 1_000);
    await expect.poll(() => texts(chat), LONG).toEqual(typed);
    await expect.poll(() => chat.sendError.value).toBeNull();
  });

  it('retains a rejected message with the reason, and sends it under another name', async () => {
    await freshChannel();
    const { chat } = await person();
    chat.send('hi', { guestName: 'owner' });
    await expect
      .poll(() => chat.entries.value)
      .toMatchObject([
        { entry: { state: { name: 'failed', error: { code: 'guest_name_taken' } } } },
      ]);
    const [entry] = chat.entries.value;
    chat.retry(entry?.kind === 'own' ? entry.entry.nonce : '', 'Ann');
    await expect.poll(() => chat.messages.value).toMatchObject([{ text: 'hi', name: 'Ann' }]);
    expect(chat.sendError.value).toBeNull();
  });

  it('fetches the messages and deletions that it missed while it was offline', async () => {
    await freshChannel();
    const [ann, boss] = [await person(), await person(owner)];
    for (const text of ['one', 'two']) boss.chat.send(text);
    await expect.poll(() => texts(ann.chat)).toEqual(['one', 'two']);
    ann.proxy.goDown();
    await boss.chat.moderation.delete(1);
    boss.chat.send('three');
    // Moderators see deleted messages.
    await expect.poll(() => texts(boss.chat)).toEqual(['one', 'two', 'three']);
    expect(boss.chat.messages.value[0]).toMatchObject({ seq: 1, deleted: true });
    ann.proxy.comeBack();
    await expect.poll(() => texts(ann.chat), LONG).toEqual(['', 'two', 'three']);
    expect(ann.chat.messages.value[0]).toMatchObject({ seq: 1, deleted: true });
  });

  it('shows a message again that was restored while it was offline', async () => {
    await freshChannel();
    const [ann, boss] = [await person(), await person(owner)];
    for (const text of ['one', 'two', 'three']) boss.chat.send(text);
    await expect.poll(() => texts(ann.chat)).toEqual(['one', 'two', 'three']);
    for (const seq of [1, 3]) await boss.chat.moderation.delete(seq);
    await expect.poll(() => texts(ann.chat)).toEqual(['', 'two', '']);
    ann.proxy.goDown();
    await boss.chat.moderation.restore(3);
    await boss.chat.moderation.delete(2);
    ann.proxy.comeBack();
    await expect.poll(() => texts(ann.chat), LONG).toEqual(['', '', 'three']);
    expect(ann.chat.messages.value.map(({ deleted }) => deleted)).toEqual([true, true, undefined]);
  });

  it('starts at the newest page after a long absence, and loads earlier ones', async () => {
    await freshChannel();
    const ann = await person();
    expect(ann.chat.hasEarlier.value).toBe(false);
    ann.proxy.goDown();
    await fill(700);
    ann.proxy.comeBack();
    await expect.poll(() => ann.chat.messages.value.at(-1)?.seq, LONG).toBe(700);
    expect(ann.chat.messages.value).toHaveLength(100);
    expect(ann.chat.hasEarlier.value).toBe(true);
    await Promise.all([ann.chat.loadEarlier(), ann.chat.loadEarlier()]);
    expect(ann.chat.messages.value.map(({ seq }) => seq)).toEqual(range(501, 700));
    while (ann.chat.hasEarlier.value) await ann.chat.loadEarlier();
    expect(ann.chat.messages.value.map(({ seq }) => seq)).toEqual(range(1, 700));
  });

  it('catches up over several pages', async () => {
    await freshChannel();
    const ann = await person();
    ann.proxy.goDown();
    await fill(350);
    ann.proxy.comeBack();
    await expect
      .poll(() => ann.chat.messages.value.map(({ seq }) => seq), LONG)
      .toEqual(range(1, 350));
  });

  it('notifies a banned sender, and lets the owner lift the ban', async () => {
    await freshChannel();
    const [ann, boss] = [await person(), await person(owner)];
    ann.chat.send('spam', { guestName: 'Ann' });
    await expect.poll(() => texts(boss.chat)).toEqual(['spam']);
    const ban = await boss.chat.moderation.ban({ seq: 1 });
    expect(await boss.chat.moderation.bans()).toEqual([ban]);
    await expect.poll(() => ann.chat.me.value).toMatchObject({ banned: true, canWrite: false });
    await boss.chat.moderation.unban({ banId: ban.id });
    await expect.poll(() => ann.chat.me.value).toMatchObject({ banned: false, canWrite: true });
    await expect(ann.chat.moderation.delete(1)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('shows deleted and held messages to a new moderator, until they are dismissed', async () => {
    await freshChannel();
    const name = `helper-${(count += 1)}`;
    const [helper, boss] = [await person(await register(test.url, name)), await person(owner)];
    for (const text of ['one', 'two']) boss.chat.send(text);
    await boss.chat.moderation.change({ rules: { holdLinks: true } });
    const guest = await person();
    guest.chat.send('https://onair.example/x', { guestName: 'Ann' });
    await expect.poll(() => boss.chat.moderation.heldCount.value, LONG).toBe(1);
    await boss.chat.moderation.delete(1);
    await expect.poll(() => texts(helper.chat), LONG).toEqual(['', 'two']);
    await boss.chat.command(`/mod ${name}`);
    await expect.poll(() => texts(helper.chat), LONG).toEqual(['one', 'two']);
    await expect.poll(() => helper.chat.moderation.heldCount.value, LONG).toBe(1);
    await boss.chat.command(`/unmod ${name}`);
    await expect.poll(() => texts(helper.chat), LONG).toEqual(['', 'two']);
    await expect.poll(() => helper.chat.moderation.heldCount.value, LONG).toBe(0);
  });

  it('reports that the channel was deleted', async () => {
    await freshChannel();
    const { chat, proxy } = await person();
    await api(test.url, owner, 'DELETE', `/channels/${channel}`);
    proxy.cut();
    await expect.poll(() => chat.state.value, LONG).toBe('gone');
  });

  it('loses and duplicates nothing while connections break at random', async () => {
    await freshChannel();
    const people = await Promise.all(Array.from({ length: 8 }, () => person()));
    const typed: string[] = [];
    // There is no seed, because the network determines the order of events anyway.
    for (let round = 0; round < 12; round += 1) {
      for (const [i, { chat, proxy }] of people.entries()) {
        const luck = Math.random();
        if (luck < 0.5) {
          const text = `${i}.${round}`;
          if (chat.send(text, { guestName: `guest ${i}` })) typed.push(text);
        }
        if (luck < 0.15) proxy.cut();
        else if (luck > 0.95) proxy.freeze();
      }
      const proxies = people.map(({ proxy }) => proxy);
      // Some messages are sent while connections are still reconnecting.
      await expect
        .poll(() => proxies.filter(({ size }) => size > 0).length, LONG)
        .toBeGreaterThan(2);
    }
    for (const { chat } of people)
      await expect
        .poll(() => texts(chat).toSorted(), { timeout: 60_000 })
        .toEqual(typed.toSorted());
    for (const { chat } of people) {
      expect(chat.messages.value.map(({ seq }) => seq)).toEqual(range(1, typed.length));
      expect(chat.entries.value.every(({ kind }) => kind === 'message')).toBe(true);
    }
    // Each sender's messages are in the order in which they were sent.
    for (const i of people.keys()) {
      const own = (text: string) => text.startsWith(`${i}.`);
      const shown = people.flatMap(({ chat }) => [texts(chat)])[0];
      expect(shown?.filter(own)).toEqual(typed.filter(own));
    }
  });

  async function fill(messages: number): Promise<void> {
    const db = test.app.get(PrismaService);
    const { id } = await db.channel.findUniqueOrThrow({ where: { name: channel } });
    await db.chatMessage.createMany({
      data: Array.from({ length: messages }, (_, i) => ({
        channelId: id,
        seq: i + 1,
        nonce: randomUUID(),
        name: 'filler',
        role: 'GUEST' as const,
        text: `message ${i + 1}`,
        sentAt: new Date(),
      })),
    });
    await db.channel.update({ where: { id }, data: { chatSeq: messages } });
  }
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
