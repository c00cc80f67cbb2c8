import { randomUUID } from 'node:crypto';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  vi,
} from 'vitest';
import type { NewMessage } from '../../src/chat/messages/chat-message.js';
import { ChatRepository } from '../../src/chat/messages/chat.repository.js';
import { ChatWriter } from '../../src/chat/messages/chat-writer.js';
import { ROOM_TOPIC, type RoomWakeUp, wakeUpsOf } from '../../src/chat/room/room-wake-up.js';
import { BUS, type Bus, SOLO_BUS } from '../../src/cluster/bus.js';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { ChatMe, ChatMessage } from '../../src/protocol/chat.js';
import type { ChatRules } from '../../src/protocol/chat-rules.js';
import { databases, type TestApp } from '../support/app.js';
import { TestNodes } from '../support/nodes.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';
import { api, guestCookie, type Person, register, registerWithChannel } from '../support/people.js';
import {
  ask,
  type ClientSocket,
  disconnected,
  next,
  openSocket,
  request,
} from '../support/sockets.js';

/** Moderation should take effect within a second; a busy machine gets more time. */
const SOON = { timeout: 10_000, interval: 20 };

const wakers = databases.includes('postgresql')
  ? ['PostgreSQL', ...(hasRedis ? ['Redis'] : [])]
  : [];

describe.each(wakers)(
  'chat on several nodes that wake each other through %s',
  { timeout: 60_000 },
  (waker) => {
    let redis: RedisServer | null = null;
    let nodes: TestNodes;
    let apps: readonly TestApp[];
    let owner: Person;
    let channel = '';
    let channels = 0;
    const sockets: ClientSocket[] = [];

    beforeAll(async () => {
      nodes = await TestNodes.open();
      redis = waker === 'Redis' ? await RedisServer.start() : null;
      const env = redis === null ? {} : { REDIS_URL: redis.url };
      apps = await Promise.all([nodes.start('node-1', env), nodes.start('node-2', env)]);
    }, 60_000);
    afterAll(async () => {
      await nodes.close();
      await redis?.close();
    });
    beforeEach(async () => {
      channel = `channel-${(channels += 1)}`;
      owner = await registerWithChannel(node(0).url, channel);
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.disconnect();
    });

    function node(nth: number): TestApp {
      const app = apps[nth];
      if (!app) throw new Error(`there is no node ${nth}`);
      return app;
    }

    /** Connects to a node, as an account or as a guest with a new cookie. */
    async function connect(nth: number, who: Person | null): Promise<ClientSocket> {
      const cookie = who?.cookie ?? (await guestCookie(node(nth).url));
      const socket = await openSocket(node(nth).url, { cookie });
      sockets.push(socket);
      return socket;
    }

    /**
     * Joins the chat; resolves with the connection and an array of all messages that it receives.
     */
    async function join(nth: number, who: Person | null = null, afterSeq?: number) {
      const socket = await connect(nth, who);
      const told: ChatMessage[] = [];
      socket.on('chat:messages', ({ messages }) => told.push(...messages));
      const joined = await request(socket, 'chat:join', {
        channel,
        ...(afterSeq === undefined ? {} : { afterSeq }),
      });
      return { socket, told, joined };
    }

    const send = (socket: ClientSocket, text: string, replyToSeq?: number) =>
      request(socket, 'chat:send', {
        channel,
        nonce: randomUUID(),
        text,
        guestName: 'gast',
        ...(replyToSeq === undefined ? {} : { replyToSeq }),
      });

    /** Stores messages on a node, without senders' rate limits; resolves when all are committed. */
    async function write(nth: number, count: number): Promise<void> {
      const writer = node(nth).app.get(ChatWriter);
      const message = await guestMessage(`from node ${nth}`);
      for (let done = 0; done < count; done += 10)
        await Promise.all(
          Array.from({ length: 10 }, () => writer.write({ ...message, nonce: randomUUID() })),
        );
    }

    async function guestMessage(text: string): Promise<NewMessage> {
      const { id } = await node(0)
        .app.get(PrismaService)
        .channel.findUniqueOrThrow({ where: { name: channel } });
      return {
        channelId: id,
        nonce: randomUUID(),
        broadcastId: null,
        accountId: null,
        guestId: 'guest',
        name: 'ann',
        displayName: '',
        role: 'guest',
        text,
        replyToSeq: null,
      };
    }

    /** Stores messages one after the other without waking any node; returns their wake-ups. */
    async function storeSilently(
      messages: readonly NewMessage[],
      sentAt = new Date(),
    ): Promise<RoomWakeUp[]> {
      const repository = new ChatRepository(node(0).app.get(PrismaService), SOLO_BUS);
      const wakeUps: RoomWakeUp[] = [];
      for (const message of messages) {
        const stored = await repository.store([message], sentAt);
        wakeUps.push(...wakeUpsOf(message.channelId, stored));
      }
      return wakeUps;
    }

    /** Wakes the second node. */
    const wake = (...wakeUps: unknown[]) => {
      for (const one of wakeUps) node(0).app.get<Bus>(BUS).publish(ROOM_TOPIC, one);
    };

    /** Logs in from another device. */
    async function logIn(url: string, username: string): Promise<Person> {
      const response = await fetch(`${url}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password: 'correct horse battery' }),
      });
      const lines = response.headers.getSetCookie().map((line) => line.split(';')[0]);
      return { username, cookie: lines.join('; ') };
    }

    const seqsOf = (messages: readonly ChatMessage[]) => messages.map(({ seq }) => seq);
    const upTo = (count: number) => Array.from({ length: count }, (_, nth) => nth + 1);

    it('sends every client all messages once, in one order, while both nodes write', async () => {
      const readers = await Promise.all([join(0), join(0), join(1), join(1)]);
      await Promise.all([write(0, 500), write(1, 500)]);
      for (const { told } of readers)
        await expect.poll(() => seqsOf(told), { timeout: 20_000 }).toEqual(upTo(1_000));
      const texts = readers.map(({ told }) => told.map(({ text }) => text));
      expect(new Set(texts.map((one) => one.join())).size).toBe(1);
      expect(new Set(texts[0])).toEqual(new Set(['from node 0', 'from node 1']));
    });

    it('loses nothing while the connections for wake-ups are cut', async () => {
      const readers = await Promise.all([join(0), join(1)]);
      const cutAll = async () => {
        await redis?.cutSubscribers();
        for (const { app } of apps) await nodes.cutSession(app.get<Cluster>(CLUSTER));
      };
      const writing = Promise.all([write(0, 300), write(1, 300)]);
      await cutAll();
      await writing;
      await cutAll();
      await write(0, 10);
      for (const { told } of readers)
        await expect.poll(() => seqsOf(told), { timeout: 20_000 }).toEqual(upTo(610));
    });

    it('sends the other node’s messages without reading them', async () => {
      const [, reader] = [await join(0), await join(1)];
      const reads = vi.spyOn(node(1).app.get(ChatRepository), 'page');
      onTestFinished(() => reads.mockRestore());
      await write(0, 300);
      await expect.poll(() => seqsOf(reader.told), { timeout: 10_000 }).toEqual(upTo(300));
      // A node reads messages if a wake-up is slower than the comparison with the database.
      expect(reads.mock.calls.length).toBeLessThan(10);
    });

    it('reads messages that are too long for a wake-up', async () => {
      const reader = await join(1);
      const writer = node(0).app.get(ChatWriter);
      const texts = ['one', 'x'.repeat(9_000), 'three', '“€😀'.repeat(100), 'five'];
      const messages = await Promise.all(texts.map((text) => guestMessage(text)));
      await Promise.all(messages.map((message) => writer.write(message)));
      await expect.poll(() => reader.told.map(({ text }) => text), SOON).toEqual(texts);
      expect(seqsOf(reader.told)).toEqual(upTo(5));
    });

    it('sends each message once, in order, no matter what happens to wake-ups', async () => {
      const reader = await join(1);
      const texts = Array.from({ length: 12 }, (_, n) => `message ${n + 1}`);
      const messages = await Promise.all(texts.map((text) => guestMessage(text)));
      const wakeUps = await storeSilently(messages.slice(0, 6));
      const [one, two, three, four, , six] = wakeUps;
      // The wake-ups are out of order, some arrive twice, and the fifth is missing.
      wake(three, two, two, one, three, four, six, six, four);
      await expect.poll(() => seqsOf(reader.told), SOON).toEqual(upTo(6));
      const [seven, eight, nine, ...rest] = await storeSilently(messages.slice(6));
      const [id, seq, version, parcel] = eight ?? [];
      wake(
        'nonsense',
        [id],
        [id, seq, version, { ...parcel, messages: [{}] }],
        [id, seq, version, { ...parcel, firstSeq: 'x' }],
        seven,
        nine,
        ...rest.toReversed(),
      );
      await expect.poll(() => seqsOf(reader.told), SOON).toEqual(upTo(12));
      expect(reader.told.map(({ text }) => text)).toEqual(texts);
    });

    it('reads messages that arrive late, because they may have been deleted', async () => {
      const reader = await join(1);
      const secret = await guestMessage('secret');
      const wakeUps = await storeSilently([secret], new Date(Date.now() - 10_000));
      await node(0)
        .app.get(PrismaService)
        .chatMessage.updateMany({
          where: { channelId: secret.channelId },
          data: { deletedAt: new Date() },
        });
      wake(...wakeUps);
      await expect.poll(() => reader.told.length, SOON).toBe(1);
      expect(reader.told[0]).toMatchObject({ seq: 1, text: '', deleted: true });
    });

    it('sends a client that moves to the other node exactly the messages that it missed', async () => {
      const first = await join(0, owner);
      await write(1, 30);
      await expect.poll(() => seqsOf(first.told), { timeout: 10_000 }).toEqual(upTo(30));
      first.socket.disconnect();
      await write(0, 20);
      const again = await join(1, owner, 30);
      expect(seqsOf(again.joined.messages)).toEqual(upTo(50).slice(30));
      await write(0, 10);
      await expect.poll(() => seqsOf(again.told), { timeout: 10_000 }).toEqual(upTo(60).slice(50));
    });

    it('shows the quoted message on a node that did not store it', async () => {
      const one = await join(0, owner);
      const { seq } = await send(one.socket, 'a question');
      // This node opens the room after that message.
      const two = await join(1);
      const reply = await send(one.socket, 'an answer', seq);
      await expect.poll(() => seqsOf(two.told), { timeout: 10_000 }).toEqual([reply.seq]);
      expect(two.told[0]?.replyTo).toMatchObject({ seq, text: 'a question' });
    });

    const command = (socket: ClientSocket, text: string) =>
      request(socket, 'chat:command', { channel, text });

    /** Sends a message that should be refused; resolves with the code. */
    const refusedBy = async (socket: ClientSocket, text = 'again') => {
      const reply = await ask(socket, 'chat:send', {
        channel,
        nonce: randomUUID(),
        text,
        guestName: 'gast',
      });
      return reply.ok ? 'accepted' : reply.error.code;
    };

    it('stops a person who is banned or timed out, on the other node as well', async () => {
      const member = await register(node(1).url, `${channel}-m`);
      const moderator = await join(0, owner);
      const there = await join(1, member);
      const changes: ChatMe[] = [];
      there.socket.on('chat:me', ({ me }) => changes.push(me));
      await send(there.socket, 'hello');
      await command(moderator.socket, `/timeout ${channel}-m 10m too loud`);
      await expect
        .poll(() => changes.at(-1), SOON)
        .toMatchObject({ banned: true, canWrite: false });
      expect(await refusedBy(there.socket)).toBe('timed_out');
      await command(moderator.socket, `/ban ${channel}-m`);
      await expect
        .poll(() => changes.at(-1), SOON)
        .toMatchObject({ banned: true, bannedUntil: null });
      expect(await refusedBy(there.socket)).toBe('banned');
      await command(moderator.socket, `/unban ${channel}-m`);
      await expect
        .poll(() => changes.at(-1), SOON)
        .toMatchObject({ banned: false, canWrite: true });
      expect(await refusedBy(there.socket)).toBe('accepted');
    });

    it('applies slow mode to messages of one person on both nodes', async () => {
      const member = await register(node(1).url, `${channel}-m`);
      const moderator = await join(0, owner);
      const [one, two] = [await join(0, member), await join(1, member)];
      const rules: ChatRules[] = [];
      two.socket.on('chat:rules', (payload) => rules.push(payload.rules));
      await request(moderator.socket, 'chat:change-settings', {
        channel,
        rules: { slowModeS: 120 },
      });
      await expect.poll(() => rules.at(-1), SOON).toMatchObject({ slowModeS: 120 });
      const { seq } = await send(one.socket, 'first');
      await expect.poll(() => seqsOf(two.told), SOON).toEqual([seq]);
      expect(await refusedBy(two.socket)).toBe('slow_mode');
    });

    it('keeps changes of settings that two moderators make on two nodes at once', async () => {
      const [one, two] = [await join(0, owner), await join(1, owner)];
      await Promise.all([
        request(one.socket, 'chat:change-settings', { channel, rules: { slowModeS: 5 } }),
        request(two.socket, 'chat:change-settings', { channel, rules: { emojiOnly: true } }),
      ]);
      const settings = async (socket: ClientSocket) =>
        (await request(socket, 'chat:settings', { channel })).rules;
      for (const { socket } of [one, two])
        await expect
          .poll(() => settings(socket), { timeout: 10_000 })
          .toMatchObject({ slowModeS: 5, emojiOnly: true });
    });

    it('deletes, restores, pins and reacts on both nodes', async () => {
      const [one, two] = [await join(0, owner), await join(1)];
      const events: unknown[] = [];
      two.socket.on('chat:deleted', ({ seqs }) => events.push({ deleted: seqs }));
      two.socket.on('chat:restored', ({ messages }) => events.push({ restored: seqsOf(messages) }));
      two.socket.on('chat:pinned', ({ message }) => events.push({ pinned: message?.text ?? null }));
      two.socket.on('chat:reactions', ({ changes }) => events.push(...changes));
      const { seq } = await send(one.socket, 'look at this');
      await request(one.socket, 'chat:pin', { channel, seq });
      await expect.poll(() => events.at(-1), SOON).toEqual({ pinned: 'look at this' });
      await request(two.socket, 'chat:react', { channel, seq, emoji: '👍', on: true });
      await request(one.socket, 'chat:react', { channel, seq, emoji: '👍', on: true });
      await expect.poll(() => events.at(-1), SOON).toEqual({ seq, emoji: '👍', count: 2 });
      await request(one.socket, 'chat:delete', { channel, seq });
      await expect
        .poll(() => events.slice(-2), SOON)
        .toEqual([{ deleted: [seq] }, { pinned: null }]);
      await request(one.socket, 'chat:restore', { channel, seq });
      await expect.poll(() => events.at(-1), SOON).toEqual({ restored: [seq] });
    });

    it('never sends the text of a message that was deleted before it was announced', async () => {
      const [one, two] = [await join(0, owner), await join(1)];
      for (let n = 0; n < 5; n += 1) {
        const { seq } = await send(one.socket, `secret ${n}`);
        await request(one.socket, 'chat:delete', { channel, seq });
      }
      const deleted: number[] = [];
      two.socket.on('chat:deleted', ({ seqs }) => deleted.push(...seqs));
      const { seq } = await send(two.socket, 'done');
      await expect.poll(() => two.told.at(-1)?.seq, SOON).toBe(seq);
      expect(seqsOf(two.told)).toEqual(upTo(seq));
    });

    it('shows held messages and decisions to moderators on both nodes', async () => {
      const [one, two, guest] = [await join(0, owner), await join(1, owner), await join(1)];
      const added: string[] = [];
      const removed: string[] = [];
      one.socket.on('chat:held-added', ({ held }) => added.push(held.text));
      two.socket.on('chat:held-removed', ({ heldId }) => removed.push(heldId));
      await request(one.socket, 'chat:change-settings', { channel, rules: { holdFirst: true } });
      const settings = async () => (await request(two.socket, 'chat:settings', { channel })).rules;
      await expect.poll(settings, { timeout: 10_000 }).toMatchObject({ holdFirst: true });
      expect(await send(guest.socket, 'may I?')).toMatchObject({ held: true });
      await expect.poll(() => added, SOON).toEqual(['may I?']);
      const [held] = (await request(one.socket, 'chat:held', { channel })).held;
      const judged = next(guest.socket, 'chat:judged');
      await request(one.socket, 'chat:judge', { channel, heldId: held!.id, approve: true });
      await expect.poll(() => removed, SOON).toEqual([held!.id]);
      expect(await judged).toMatchObject([{ approved: true }]);
      await expect.poll(() => guest.told.at(-1)?.text, SOON).toBe('may I?');
    });

    it('sends a new moderator the moderators’ events on the other node', async () => {
      const member = await register(node(1).url, `${channel}-m`);
      const [one, two] = [await join(0, owner), await join(1, member)];
      const me = next(two.socket, 'chat:me');
      const audited: string[] = [];
      two.socket.on('chat:audited', ({ entry }) => audited.push(entry.action));
      await command(one.socket, `/mod ${channel}-m`);
      expect(await me).toMatchObject([{ me: { role: 'moderator' } }]);
      await request(one.socket, 'chat:change-settings', { channel, rules: { emojiOnly: true } });
      await expect.poll(() => audited.at(-1), SOON).toBe('settings');
      expect(await request(two.socket, 'chat:audit', { channel })).toMatchObject({ more: false });
    });

    it('resets a room whose messages the database lost', async () => {
      const [one, two] = [await join(0, owner), await join(1)];
      await write(0, 10);
      await expect.poll(() => seqsOf(two.told), SOON).toEqual(upTo(10));
      const resets = [next(one.socket, 'chat:reset'), next(two.socket, 'chat:reset')];
      const db = node(0).app.get(PrismaService);
      await db.chatMessage.deleteMany({ where: { channel: { name: channel }, seq: { gt: 5 } } });
      await db.channel.update({ where: { name: channel }, data: { chatSeq: 5 } });
      expect(await Promise.all(resets)).toEqual([[{ channel }], [{ channel }]]);
      const { seq } = await send(one.socket, 'after');
      expect(seq).toBe(6);
      for (const { told } of [one, two])
        await expect.poll(() => told.at(-1)?.text, SOON).toBe('after');
    });

    it('reloads a room whose changes were deleted', async () => {
      const two = await join(1);
      const reset = next(two.socket, 'chat:reset');
      const db = node(0).app.get(PrismaService);
      await db.channel.update({
        where: { name: channel },
        data: { roomVersion: { increment: 3 }, slowModeS: 30 },
      });
      await reset;
      const again = await request(two.socket, 'chat:join', { channel });
      expect(again.rules.slowModeS).toBe(30);
    });

    it('disconnects people who log out everywhere from both nodes', async () => {
      const here = await connect(0, owner);
      const phone = await logIn(node(1).url, channel);
      const [there, stays] = [await connect(1, phone), await connect(1, owner)];
      await api(node(0).url, owner, 'DELETE', '/account/sessions', {});
      await disconnected(there);
      expect([here.connected, stays.connected]).toEqual([true, true]);
    });

    it('ends a session that another node ended while messages to this one are lost', async () => {
      const phone = await logIn(node(1).url, channel);
      const there = await connect(1, phone);
      const db = node(0).app.get(PrismaService);
      const account = await db.account.findUniqueOrThrow({ where: { username: channel } });
      await db.session.deleteMany({ where: { accountId: account.id } });
      expect(await disconnected(there)).toBe('io server disconnect');
    });

    it('applies a new follow at once on the other node', async () => {
      const member = await register(node(1).url, `${channel}-m`);
      const [one, two] = [await join(0, member), await join(1, member)];
      const moderator = await join(0, owner);
      await request(moderator.socket, 'chat:change-settings', {
        channel,
        rules: { followersOnlyMin: 0 },
      });
      await expect.poll(() => refusedBy(two.socket), { timeout: 10_000 }).toBe('followers_only');
      const me = next(two.socket, 'chat:me');
      await command(one.socket, '/follow');
      expect(await me).toMatchObject([{ me: { followsSince: expect.any(String) } }]);
      await expect.poll(() => refusedBy(two.socket), { timeout: 10_000 }).toBe('accepted');
    });

    it('lists the people of all nodes, each once, and floats their emoji everywhere', async () => {
      const member = await register(node(1).url, `${channel}-m`);
      const [one, two] = [await join(0, owner), await join(1, owner)];
      await join(1, member);
      await join(1);
      const floats: unknown[] = [];
      one.socket.on('chat:floats', (payload) => floats.push(...payload.floats));
      await expect
        .poll(() => request(two.socket, 'chat:viewers', { channel }), {
          timeout: 20_000,
          interval: 2_500,
        })
        .toMatchObject({ accounts: 2, guests: 1 });
      const listed = await request(one.socket, 'chat:viewers', { channel });
      expect(listed.viewers.map(({ name }) => name)).toEqual([channel, `${channel}-m`]);
      await request(two.socket, 'chat:float', { channel, emoji: '🔥' });
      await expect.poll(() => floats, SOON).toEqual([{ emoji: '🔥', count: 1 }]);
    });

    it('evicts people on the other node from a channel that becomes private', async () => {
      const there = await join(1);
      const evicted = next(there.socket, 'channel:closed');
      await api(node(0).url, owner, 'PATCH', `/channels/${channel}/access`, {
        visibility: 'private',
      });
      expect(await evicted).toBeDefined();
    });
  },
);
