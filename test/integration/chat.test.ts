import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ChatRepository } from '../../src/chat/messages/chat.repository.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { ChatMessage } from '../../src/protocol/chat.js';
import { databases, startTestApp, type TestApp } from '../support/app.js';
import { api, guestCookie, type Person, register, registerWithChannel } from '../support/people.js';
import { type ClientSocket, next, openSocket, refusal, request } from '../support/sockets.js';
import { stopClock } from '../support/stop-clock.js';

describe.each(databases)('chat on %s', (database) => {
  let test: TestApp;
  let owner: Person;
  let member: Person;
  let ownerId: string;
  let channel: string;
  let count = 0;
  const open: ClientSocket[] = [];

  beforeAll(async () => {
    test = await startTestApp({ database });
    owner = await register(test.url, 'olivia');
    member = await register(test.url, 'milo');
    const { id } = await test.app
      .get(PrismaService)
      .account.findUniqueOrThrow({ where: { username: 'olivia' } });
    ownerId = id;
  });

  /**
   * Each test has its own channel, which is created without the API because the API limits channels
   * per account.
   */
  async function freshChannel(): Promise<void> {
    channel = `chat-${(count += 1)}`;
    await test.app.get(PrismaService).channel.create({ data: { name: channel, ownerId } });
  }

  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });

  afterAll(() => test.close());

  async function client(who: { cookie: string } | null = null): Promise<ClientSocket> {
    const socket = await openSocket(test.url, who ? { cookie: who.cookie } : {});
    open.push(socket);
    return socket;
  }

  const say = (text: string, more: { nonce?: string; guestName?: string } = {}) => ({
    channel,
    text,
    nonce: randomUUID(),
    ...more,
  });

  /** Collects all messages that a client receives, in order. */
  function heard(socket: ClientSocket): ChatMessage[] {
    const messages: ChatMessage[] = [];
    socket.on('chat:messages', (told) => messages.push(...told.messages));
    return messages;
  }

  it('stores a message, sends it to the room, and shows it to later visitors', async () => {
    await freshChannel();
    const [sender, reader, outsider] = [await client(owner), await client(), await client()];
    await request(sender, 'chat:join', { channel });
    await request(reader, 'chat:join', { channel });
    const [told, missed] = [heard(reader), heard(outsider)];
    const { seq, sentAt } = await request(sender, 'chat:send', say(' hello <b>you</b> '));
    expect(seq).toBe(1);
    const message = { seq: 1, name: 'olivia', role: 'owner', text: 'hello <b>you</b>', sentAt };
    await expect.poll(() => told).toMatchObject([message]);
    expect(missed).toEqual([]);
    const joined = await request(await client(member), 'chat:join', { channel });
    expect(joined).toMatchObject({
      me: { role: 'member', name: 'milo', banned: false, canWrite: true },
      messages: [message],
      lastSeq: 1,
      more: false,
      deletedSeqs: [],
    });
    expect(Object.keys(joined.messages[0] ?? {}).toSorted()).toEqual(
      ['name', 'nonce', 'role', 'sentAt', 'seq', 'text'], // nobody's id
    );
  });

  it('stores a resent message once, even while the first is in flight', async () => {
    await freshChannel();
    const sender = await client(member);
    await request(sender, 'chat:join', { channel });
    const message = say('once');
    const replies = await Promise.all([
      request(sender, 'chat:send', message),
      request(sender, 'chat:send', message),
      request(sender, 'chat:send', { ...message, nonce: message.nonce.toUpperCase() }),
    ]);
    replies.push(await request(await client(member), 'chat:send', message));
    expect(new Set(replies.map(({ seq }) => seq))).toEqual(new Set([1]));
    const page = await request(sender, 'chat:history', { channel });
    expect(page.messages).toMatchObject([{ seq: 1, text: 'once' }]);
  });

  it('rejects another sender’s nonce', async () => {
    await freshChannel();
    const message = say('mine');
    await request(await client(owner), 'chat:send', message);
    const stolen = await refusal(await client(), 'chat:send', { ...message, guestName: 'thief' });
    expect(stolen.code).toBe('bad_request');
  });

  it('numbers messages of many senders without gaps, all channels in few commits', async () => {
    await freshChannel();
    const first = channel;
    await freshChannel();
    const names = Array.from({ length: 40 }, (_, i) => `guest ${i}`);
    const sockets = await Promise.all(names.map(() => client()));
    const seqs = await Promise.all(
      sockets.flatMap((socket, i) =>
        [first, channel].map(async (name) => {
          const message = { ...say('hi', { guestName: names[i] ?? '' }), channel: name };
          return { name, seq: (await request(socket, 'chat:send', message)).seq };
        }),
      ),
    );
    for (const name of [first, channel])
      expect(
        seqs
          .filter((s) => s.name === name)
          .map((s) => s.seq)
          .toSorted((a, b) => a - b),
      ).toEqual(names.map((_, i) => i + 1));
  });

  it('sends many messages of one tick in one frame, in order', async () => {
    await freshChannel();
    const reader = await client();
    await request(reader, 'chat:join', { channel });
    const frames: number[][] = [];
    reader.on('chat:messages', ({ messages }) => frames.push(messages.map(({ seq }) => seq)));
    const senders = await Promise.all(Array.from({ length: 30 }, () => client()));
    await Promise.all(
      senders.map((socket) => request(socket, 'chat:send', say('x', { guestName: 'many' }))),
    );
    const all = Array.from({ length: 30 }, (_, i) => i + 1);
    await expect.poll(() => frames.flat()).toEqual(all);
    expect(frames.length).toBeLessThan(10);
  });

  it('limits each sender, says when to retry, and honors it', async () => {
    const startClock = stopClock();
    onTestFinished(startClock);
    await freshChannel();
    const [sender, other] = [await client(), await client()];
    for (let i = 0; i < 5; i += 1)
      await request(sender, 'chat:send', say('x', { guestName: 'g' + i }));
    const message = say('too fast', { guestName: 'guest' });
    const error = await refusal(sender, 'chat:send', message);
    expect(error).toMatchObject({ code: 'rate_limited' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    await request(other, 'chat:send', say('not me', { guestName: 'other' }));
    startClock();
    await expect
      .poll(() => request(sender, 'chat:send', message), { interval: error.retryAfterMs ?? 0 })
      .toMatchObject({ seq: 7 });
  });

  it('counts an account on all its connections as one sender', async () => {
    onTestFinished(stopClock());
    await freshChannel();
    const rival = await register(test.url, 'rival');
    const sockets = [await client(rival), await client(rival)];
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        request(sockets[i % 2] as ClientSocket, 'chat:send', say('x')).catch(String),
      ),
    );
    expect(replies.filter((reply) => typeof reply === 'string')).toHaveLength(1);
  });

  it('lets guests chat under a name that no account has', async () => {
    await freshChannel();
    const guest = await client();
    const { me } = await request(guest, 'chat:join', { channel });
    expect(me).toMatchObject({ role: 'guest', name: null, banned: false, canWrite: true });
    const nameless = await refusal(guest, 'chat:send', say('hi'));
    expect(nameless).toMatchObject({ code: 'bad_request', issues: [{ path: 'guestName' }] });
    for (const guestName of ['milo', 'MILO', 'ｍｉｌｏ', ' Milo '])
      expect(await refusal(guest, 'chat:send', say('hi', { guestName }))).toMatchObject({
        code: 'guest_name_taken',
      });
    const told = next(guest, 'chat:messages');
    // The rejections above used up the first guest's burst of five messages.
    const other = await client();
    await request(other, 'chat:send', say('hi', { guestName: '  Zoë   B. ' }));
    expect((await told)[0].messages).toMatchObject([{ name: 'Zoë B.', role: 'guest' }]);
  });

  it('rejects an invalid message', async () => {
    await freshChannel();
    const socket = await client(member);
    for (const text of ['', '   ', '\u0007', 'x'.repeat(501), 7, null, {}])
      expect(await refusal(socket, 'chat:send', { ...say(''), text })).toMatchObject({
        code: 'bad_request',
        issues: [{ path: 'text' }],
      });
    expect(await refusal(socket, 'chat:send', { ...say('x'), nonce: '1' })).toMatchObject({
      code: 'bad_request',
    });
    expect(await refusal(socket, 'chat:join', { channel: 'nobody-has-this' })).toMatchObject({
      code: 'channel_not_found',
    });
    expect(await refusal(socket, 'chat:history', { channel, afterSeq: 2 ** 40 })).toMatchObject({
      code: 'bad_request',
    });
  });

  it('stores any text unchanged, and half a character doesn’t affect other messages', async () => {
    await freshChannel();
    const texts = ['a\nb', "'; DROP TABLE accounts; --", '👩🏽‍🚀 ✓ \u202e', '\ud83d', 'x'.repeat(500)];
    const sockets = await Promise.all(texts.map(() => client()));
    await Promise.all(
      sockets.map((socket, i) =>
        request(socket, 'chat:send', say(texts[i] ?? '', { guestName: 'poet' })),
      ),
    );
    const page = await request(await client(), 'chat:history', { channel });
    expect(new Set(page.messages.map(({ text }) => text))).toEqual(
      new Set(texts.map((text) => text.toWellFormed())),
    );
  });

  it('sends missed messages and deletions page by page after a reconnect', async () => {
    await freshChannel();
    await fill(250);
    const socket = await client(owner);
    const newest = await request(socket, 'chat:join', { channel });
    expect(newest.messages.map(({ seq }) => seq)).toEqual(range(151, 250));
    expect(newest).toMatchObject({ lastSeq: 250, more: false });
    await request(socket, 'chat:delete', { channel, seq: 40 });
    await request(socket, 'chat:delete', { channel, seq: 60 });

    const back = await request(await client(), 'chat:join', { channel, afterSeq: 50 });
    expect(back.messages.map(({ seq }) => seq)).toEqual(range(51, 150));
    expect(back.messages[9]).toMatchObject({ seq: 60, text: '', deleted: true });
    expect(back).toMatchObject({ lastSeq: 250, more: true, deletedSeqs: [40] });
    const more = await request(socket, 'chat:history', { channel, afterSeq: 150 });
    expect(more.messages.map(({ seq }) => seq)).toEqual(range(151, 250));
    expect(more.more).toBe(false);

    const earlier = await request(socket, 'chat:history', { channel, beforeSeq: 151, limit: 50 });
    expect(earlier.messages.map(({ seq }) => seq)).toEqual(range(101, 150));
    expect(earlier.more).toBe(true);
    const first = await request(socket, 'chat:history', { channel, beforeSeq: 31, limit: 30 });
    expect(first.messages.map(({ seq }) => seq)).toEqual(range(1, 30));
    expect(first.more).toBe(false);
  });

  it('clears a deleted message for everyone, now and later, by the owner only', async () => {
    await freshChannel();
    const [boss, reader, guest] = [await client(owner), await client(member), await client()];
    await request(reader, 'chat:join', { channel });
    const { seq } = await request(guest, 'chat:send', say('rude', { guestName: 'troll' }));
    for (const socket of [reader, guest])
      expect(await refusal(socket, 'chat:delete', { channel, seq })).toMatchObject({
        code: 'forbidden',
      });
    const told = next(reader, 'chat:deleted');
    await request(boss, 'chat:delete', { channel, seq });
    expect(await told).toEqual([{ channel, seqs: [seq] }]);
    const { messages } = await request(guest, 'chat:join', { channel });
    expect(messages).toMatchObject([{ seq, text: '', deleted: true, name: 'troll' }]);
    expect(await refusal(boss, 'chat:delete', { channel, seq: 99 })).toMatchObject({
      code: 'message_not_found',
    });
    const row = await test.app.get(PrismaService).chatMessage.findFirstOrThrow({
      where: { nonce: messages[0]?.nonce ?? '' },
    });
    expect(row).toMatchObject({ text: 'rude', deletedById: ownerId });
    const { messages: toOwner } = await request(boss, 'chat:history', { channel });
    expect(toOwner).toMatchObject([{ seq, text: 'rude', deleted: true }]);
  });

  it('prevents a banned sender from chatting on any connection until the ban is lifted', async () => {
    await freshChannel();
    const [boss, milo, again] = [await client(owner), await client(member), await client(member)];
    for (const socket of [boss, milo, again]) await request(socket, 'chat:join', { channel });
    const { seq } = await request(milo, 'chat:send', say('spam'));
    expect(await refusal(milo, 'chat:ban', { channel, seq })).toMatchObject({ code: 'forbidden' });
    const told = next(again, 'chat:me');
    const ban = await request(boss, 'chat:ban', { channel, seq });
    expect(ban).toMatchObject({ name: 'milo', role: 'member' });
    expect(await told).toMatchObject([{ channel, me: { banned: true, canWrite: false } }]);
    expect(await refusal(again, 'chat:send', say('more spam'))).toMatchObject({ code: 'banned' });
    expect((await request(milo, 'chat:join', { channel })).me).toMatchObject({
      banned: true,
      canWrite: false,
    });
    expect(await request(boss, 'chat:ban', { channel, seq })).toEqual(ban);
    expect(await request(boss, 'chat:bans', { channel })).toEqual({ bans: [ban] });

    const lifted = next(milo, 'chat:me');
    await request(boss, 'chat:unban', { channel, banId: ban.id });
    expect(await lifted).toMatchObject([{ channel, me: { banned: false, canWrite: true } }]);
    await request(milo, 'chat:send', say('sorry'));
    expect(await refusal(boss, 'chat:unban', { channel, banId: ban.id })).toMatchObject({
      code: 'not_found',
    });
  });

  it('bans a guest by device, whatever their name, and others at their address', async () => {
    await freshChannel();
    const device = { cookie: await guestCookie(test.url) };
    const [boss, guest] = [await client(owner), await client(device)];
    const { seq } = await request(guest, 'chat:send', say('spam', { guestName: 'one' }));
    await request(boss, 'chat:ban', { channel, seq });
    const back = await client(device);
    expect(await refusal(back, 'chat:send', say('spam', { guestName: 'two' }))).toMatchObject({
      code: 'banned',
    });
    const withoutCookie = await refusal(
      await client(),
      'chat:send',
      say('hi', { guestName: 'two' }),
    );
    expect(withoutCookie).toMatchObject({ code: 'banned' });
    // A new sender, because the others may have to wait.
    const nils = await client(await register(test.url, 'nils'));
    await request(nils, 'chat:send', say('an account is somebody anywhere'));
    const own = await request(boss, 'chat:send', say('bye'));
    expect(await refusal(boss, 'chat:ban', { channel, seq: own.seq })).toMatchObject({
      code: 'forbidden',
    });
  });

  it('returns the messages of one broadcast over HTTP', async () => {
    await freshChannel();
    const db = test.app.get(PrismaService);
    const { id: channelId } = await db.channel.findUniqueOrThrow({ where: { name: channel } });
    const broadcastId = randomUUID();
    await db.broadcast.create({
      data: {
        id: broadcastId,
        channelId,
        title: 't',
        state: 'ENDED',
        startedAt: new Date(),
        lastSeenAt: new Date(),
      },
    });
    await fill(3);
    await fill(3, broadcastId);
    await fill(3);
    const get = async (query: string) => {
      const response = await fetch(`${test.url}/api/broadcasts/${broadcastId}/chat${query}`);
      return (await response.json()) as { messages: ChatMessage[]; more: boolean };
    };
    expect((await get('')).messages.map(({ seq }) => seq)).toEqual([4, 5, 6]);
    const page = await get('?after=4&limit=1');
    expect(page).toMatchObject({ messages: [{ seq: 5 }], more: true });
    expect(await get('?limit=0')).toMatchObject({ error: { code: 'bad_request' } });
    await db.chatMessage.updateMany({
      where: { channelId, seq: 6 },
      data: { sentAt: new Date('2100-01-01T00:00:00Z') },
    });
    const later = await get('?from=2099-01-01T00:00:00Z');
    expect(later).toMatchObject({ messages: [{ seq: 6 }], more: false });
    const newest = await get('?until=2099-01-01T00:00:00Z&limit=1');
    expect(newest).toMatchObject({ messages: [{ seq: 5 }], more: true });
    expect(await get('?until=yesterday')).toMatchObject({ error: { code: 'bad_request' } });
    const nowhere = await fetch(`${test.url}/api/broadcasts/${randomUUID()}/chat`);
    expect(nowhere.status).toBe(404);
  });

  it('closes the chat of a deleted channel', async () => {
    await freshChannel();
    const socket = await client();
    await request(socket, 'chat:join', { channel });
    await request(socket, 'chat:send', say('last words', { guestName: 'guest' }));
    await api(test.url, owner, 'DELETE', `/channels/${channel}`);
    expect(await refusal(socket, 'chat:send', say('hello?', { guestName: 'guest' }))).toMatchObject(
      {
        code: 'channel_not_found',
      },
    );
  });

  /** Stores messages directly in the database. */
  async function fill(messages: number, broadcastId: string | null = null): Promise<void> {
    const db = test.app.get(PrismaService);
    const { id } = await db.channel.findUniqueOrThrow({ where: { name: channel } });
    const rows = Array.from({ length: messages }, (_, i) => ({
      channelId: id,
      nonce: randomUUID(),
      broadcastId,
      accountId: null,
      guestId: 'filler',
      name: 'filler',
      displayName: '',
      role: 'guest' as const,
      replyToSeq: null,
      text: `message ${i}`,
    }));
    await test.app.get(ChatRepository).store(rows, new Date());
  }
});

describe('chat without guests', () => {
  it('lets guests read but not write', async () => {
    const test = await startTestApp({ overrides: { CHAT_GUESTS: 'false' } });
    const owner = await registerWithChannel(test.url, 'olivia');
    const guest = await openSocket(test.url);
    const member = await openSocket(test.url, { cookie: owner.cookie });
    try {
      const { me } = await request(guest, 'chat:join', { channel: 'olivia' });
      expect(me).toMatchObject({ role: 'guest', name: null, banned: false, canWrite: false });
      const message = { channel: 'olivia', text: 'hi', guestName: 'guest' };
      expect(await refusal(guest, 'chat:send', { ...message, nonce: randomUUID() })).toMatchObject({
        code: 'guests_not_allowed',
      });
      const told = next(guest, 'chat:messages');
      await request(member, 'chat:send', { ...message, nonce: randomUUID() });
      expect((await told)[0].messages).toMatchObject([{ name: 'olivia' }]);
    } finally {
      for (const socket of [guest, member]) socket.disconnect();
      await test.close();
    }
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
