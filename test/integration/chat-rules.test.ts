import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished } from 'vitest';
import { HeldMessages } from '../../src/chat/held/held-messages.js';
import { ChatRooms } from '../../src/chat/room/chat-rooms.js';
import type { ChatRules } from '../../src/protocol/chat-rules.js';
import { ChatCrowd, type Role } from '../support/chat-crowd.js';
import { ask, next, refusal, request } from '../support/sockets.js';
import { crowdTest as it } from '../support/fixtures/crowd.js';
import { stopClock } from '../support/stop-clock.js';

describe('the rules of a chat', () => {
  async function rule(
    crowd: ChatCrowd,
    rules: Partial<ChatRules>,
    blockedWords?: string[],
  ): Promise<void> {
    await request(crowd.as('moderator'), 'chat:change-settings', {
      channel: crowd.channel,
      rules,
      ...(blockedWords ? { blockedWords } : {}),
    });
  }

  /** Returns the error code of a message, or `ok`. */
  async function tried(crowd: ChatCrowd, role: Role, text = 'hello'): Promise<string> {
    const reply = await crowd.try(role, crowd.say(text));
    return reply.ok ? 'ok' : reply.error.code;
  }

  it('are announced when they change, and sent to everyone who joins', async ({ crowd }) => {
    const { channel } = crowd;
    const told = next(crowd.as('guest'), 'chat:rules');
    await rule(crowd, { slowModeS: 7 }, ['bad']);
    expect(await told).toMatchObject([{ channel, rules: { slowModeS: 7, emojiOnly: false } }]);
    const joined = await request(crowd.as('guest'), 'chat:join', { channel });
    expect(joined.rules).toEqual((await told)[0].rules);
    expect(JSON.stringify(joined)).not.toContain('bad');
    expect(await request(crowd.as('owner'), 'chat:settings', { channel })).toMatchObject({
      blockedWords: ['bad'],
    });
  });

  it('are stored with the pinned message, and restored when the room reopens', async ({
    crowd,
  }) => {
    const { channel } = crowd;
    const seq = await crowd.write('owner', 'read this');
    await request(crowd.as('owner'), 'chat:pin', { channel, seq });
    await rule(crowd, { followersOnlyMin: 5, holdLinks: true, slowModeS: 30 }, ['one', 'two']);
    // Under another name, the channel's room is read from the database.
    crowd.channel = `${channel}-again`;
    await crowd.db.channel.update({ where: { name: channel }, data: { name: crowd.channel } });
    const socket = await crowd.join(crowd.people.owner);
    const joined = await request(socket, 'chat:join', { channel: crowd.channel });
    expect(joined).toMatchObject({
      me: { role: 'owner' },
      rules: { followersOnlyMin: 5, holdLinks: true, slowModeS: 30, emojiOnly: false },
      pinned: { seq, text: 'read this' },
    });
    const settings = await request(socket, 'chat:settings', { channel: crowd.channel });
    expect(settings.blockedWords).toEqual(['one', 'two']);
  });

  it('slow mode: one message per sender and interval, except for moderators', async ({ crowd }) => {
    await rule(crowd, { slowModeS: 300 });
    const message = crowd.say('first');
    const { seq } = await request(crowd.as('guest'), 'chat:send', message);
    const error = await crowd.refused('guest', crowd.say('second'));
    expect(error).toMatchObject({ code: 'slow_mode' });
    expect(error.retryAfterMs).toBeGreaterThan(290_000);
    // A message that is resent after a lost reply counts as the same message.
    expect(await request(crowd.as('guest'), 'chat:send', message)).toMatchObject({ seq });
    for (const role of ['moderator', 'moderator', 'owner'] as const)
      expect(await tried(crowd, role)).toBe('ok');
    await rule(crowd, { slowModeS: 0 });
    expect(await tried(crowd, 'guest')).toBe('ok');
  });

  it('registered only: guests can read', async ({ crowd }) => {
    const told = next(crowd.as('guest'), 'chat:me');
    await rule(crowd, { registeredOnly: true });
    expect(await told).toMatchObject([{ me: { role: 'guest', canWrite: false } }]);
    expect(await tried(crowd, 'guest')).toBe('guests_not_allowed');
    expect(await tried(crowd, 'member')).toBe('ok');
    const { me } = await request(crowd.as('guest'), 'chat:join', { channel: crowd.channel });
    expect(me.canWrite).toBe(false);
  });

  it('followers only, with a minimum follow time', async ({ crowd }) => {
    const { channel } = crowd;
    await rule(crowd, { followersOnlyMin: 0 });
    expect(await tried(crowd, 'guest')).toBe('followers_only');
    expect(await tried(crowd, 'member')).toBe('followers_only');
    expect(await tried(crowd, 'moderator')).toBe('ok');
    const me = next(crowd.as('member'), 'chat:me');
    await crowd.api('member', 'PUT', `/channels/${channel}/follow`);
    expect(await me).toMatchObject([{ me: { followsSince: expect.any(String) } }]);
    expect(await tried(crowd, 'member')).toBe('ok');
    await rule(crowd, { followersOnlyMin: 10 });
    const error = await crowd.refused('member', crowd.say('x'));
    expect(error).toMatchObject({ code: 'followers_only' });
    expect(error.retryAfterMs).toBeGreaterThan(9 * 60_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(10 * 60_000);
    await crowd.api('member', 'DELETE', `/channels/${channel}/follow`);
    const without = await crowd.refused('member', crowd.say('x'));
    expect(without).not.toHaveProperty('retryAfterMs');
  });

  it('emoji only', async ({ crowd }) => {
    await rule(crowd, { emojiOnly: true });
    expect(await tried(crowd, 'guest', 'hello 👋')).toBe('emoji_only');
    expect(await tried(crowd, 'guest', '👋 👩🏽‍🚀❤️')).toBe('ok');
    expect(await tried(crowd, 'owner', 'words')).toBe('ok');
  });

  it('blocked words, in any spelling', async ({ crowd }) => {
    await rule(crowd, {}, ['viagra']);
    expect(await tried(crowd, 'guest', 'buy VIÁGRA now')).toBe('blocked_word');
    expect(await tried(crowd, 'guest', 'hello')).toBe('ok');
    expect(await tried(crowd, 'moderator', 'the word is viagra')).toBe('ok');
    const named = crowd.say('hello', { guestName: 'V1agra' });
    expect(await crowd.refused('guest', named)).toMatchObject({ code: 'blocked_word' });
  });

  it('holds messages with links until a moderator approves them', async ({ crowd }) => {
    const { channel } = crowd;
    await rule(crowd, { holdLinks: true });
    const told = next(crowd.as('moderator'), 'chat:held-added');
    const heardByOthers: unknown[] = [];
    for (const role of ['member', 'guest'] as const)
      crowd.as(role).on('chat:held-added', (held) => heardByOthers.push(held));
    const message = crowd.say('see https://example.com');
    const sent = await request(crowd.as('guest'), 'chat:send', message);
    expect(sent).toMatchObject({ seq: 0, held: true });
    expect(await request(crowd.as('guest'), 'chat:send', message)).toEqual(sent);
    const [{ held }] = await told;
    expect(held).toMatchObject({ name: 'gast', text: 'see https://example.com', reason: 'link' });
    expect(await request(crowd.as('owner'), 'chat:held', { channel })).toEqual({ held: [held] });
    const joined = await request(crowd.as('owner'), 'chat:join', { channel });
    expect(joined).toMatchObject({ heldCount: 1, messages: [], lastSeq: 0 });

    const judged = next(crowd.as('guest'), 'chat:judged');
    const shown = next(crowd.as('member'), 'chat:messages');
    const removed = next(crowd.as('owner'), 'chat:held-removed');
    const judgement = { channel, heldId: held.id, approve: true };
    expect(await request(crowd.as('moderator'), 'chat:judge', judgement)).toEqual({ seq: 1 });
    expect(await judged).toEqual([{ channel, nonce: message.nonce, approved: true, seq: 1 }]);
    expect((await shown)[0].messages).toMatchObject([{ seq: 1, name: 'gast', role: 'guest' }]);
    expect(await removed).toEqual([{ channel, heldId: held.id, approved: true }]);
    expect(await refusal(crowd.as('owner'), 'chat:judge', judgement)).toMatchObject({
      code: 'not_found',
    });
    // The client resends the message after a lost reply.
    expect(await request(crowd.as('guest'), 'chat:send', message)).toMatchObject({
      seq: 1,
      held: false,
    });
    expect(heardByOthers).toEqual([]);
  });

  it('lets only one of two moderators decide', async ({ crowd }) => {
    const { channel } = crowd;
    await rule(crowd, { holdLinks: true });
    await request(crowd.as('guest'), 'chat:send', crowd.say('example.com'));
    const { held } = await request(crowd.as('owner'), 'chat:held', { channel });
    const heldId = held[0]!.id;
    const replies = await Promise.all([
      ask(crowd.as('owner'), 'chat:judge', { channel, heldId, approve: false }),
      ask(crowd.as('moderator'), 'chat:judge', { channel, heldId, approve: true }),
    ]);
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    const { messages } = await request(crowd.as('guest'), 'chat:history', { channel });
    expect(messages).toHaveLength(replies[1]?.ok ? 1 : 0);
  });

  it('discards a rejected message', async ({ crowd }) => {
    const { channel } = crowd;
    await rule(crowd, { holdLinks: true });
    await request(crowd.as('guest'), 'chat:send', crowd.say('www.example.com'));
    const { held } = await request(crowd.as('owner'), 'chat:held', { channel });
    const judged = next(crowd.as('guest'), 'chat:judged');
    const judgement = { channel, heldId: held[0]!.id, approve: false };
    expect(await request(crowd.as('owner'), 'chat:judge', judgement)).toEqual({ seq: 0 });
    expect(await judged).toMatchObject([{ approved: false, seq: 0 }]);
    expect(await crowd.db.heldMessage.count({ where: { channel: { name: channel } } })).toBe(0);
    expect(await crowd.audit()).toMatchObject([{ action: 'refuse' }, { action: 'settings' }]);
  });

  it('holds a sender’s messages until the first is approved', async ({ crowd }) => {
    const { channel } = crowd;
    await crowd.write('member', 'I was here before');
    await rule(crowd, { holdFirst: true });
    expect(await crowd.try('member', crowd.say('x'))).toMatchObject({ data: { held: false } });
    expect(await request(crowd.as('guest'), 'chat:send', crowd.say('new here'))).toMatchObject({
      held: true,
    });
    const { held } = await request(crowd.as('owner'), 'chat:held', { channel });
    expect(held).toMatchObject([{ reason: 'first_message' }]);
    await request(crowd.as('owner'), 'chat:judge', {
      channel,
      heldId: held[0]!.id,
      approve: true,
    });
    expect(await request(crowd.as('guest'), 'chat:send', crowd.say('again'))).toMatchObject({
      held: false,
    });
  });

  it('limits the number of held messages per sender', async ({ crowd }) => {
    await rule(crowd, { holdLinks: true });
    for (let i = 0; i < 5; i += 1) expect(await tried(crowd, 'guest', `a${i}.example`)).toBe('ok');
    const { code, message } = await crowd.refused('guest', crowd.say('a6.example'));
    expect([code, message]).toEqual([
      'rate_limited',
      expect.stringContaining('waiting for a moderator'),
    ]);
  });

  it('limits their number even if they are sent at the same moment', async ({ crowd }) => {
    const { app } = crowd.test;
    const { id } = await crowd.db.channel.findUniqueOrThrow({ where: { name: crowd.channel } });
    const room = app.get(ChatRooms).find(id)!;
    const hold = (nonce: string) => {
      const author = { accountId: null, guestId: 'a guest', name: 'gast', displayName: '' };
      const text = { text: 'a.example', nonce, broadcastId: null, replyToSeq: null };
      const message = { channelId: id, ...author, ...text, role: 'guest' } as const;
      return app
        .get(HeldMessages)
        .hold(room, { message, reason: 'link', addressHash: 'aGFzaA' })
        .then(
          () => 'held',
          ({ code }: { code: string }) => code,
        );
    };
    const once = randomUUID();
    const nonces = [once, once, ...Array.from({ length: 10 }, () => randomUUID())];
    const replies = await Promise.all(nonces.map(hold));
    // A repeated message is held once, and gets the same reply.
    expect(replies[0]).toBe(replies[1]);
    expect(replies.slice(1).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'held'),
      ...Array.from({ length: 6 }, () => 'rate_limited'),
    ]);
    expect(await crowd.db.heldMessage.count({ where: { channelId: id } })).toBe(5);
  });
});

describe('commands', () => {
  const command = (crowd: ChatCrowd, text: string) => ({ channel: crowd.channel, text });

  it('act, and reply with what they did', async ({ crowd }) => {
    const boss = crowd.as('owner');
    const did = async (text: string) =>
      (await request(boss, 'chat:command', command(crowd, text))).message;
    expect(await did('/timeout milo 60 spam and noise')).toBe('milo can’t chat for 60 seconds.');
    const { bans } = await request(boss, 'chat:bans', { channel: crowd.channel });
    expect(bans).toMatchObject([{ name: 'milo', reason: 'spam and noise' }]);
    expect(await did('/untimeout @milo')).toBe('milo can chat again.');
    expect(await did('/SLOW 30')).toContain('changed');
    expect(await did('/followers 2h')).toContain('changed');
    expect(await did('/emoji')).toContain('changed');
    const { rules } = await request(boss, 'chat:settings', { channel: crowd.channel });
    expect(rules).toMatchObject({ slowModeS: 30, followersOnlyMin: 120, emojiOnly: true });
    await crowd.write('member', 'text');
    expect(await did('/pin 1')).toBe('Message pinned.');
    expect(await did('/clear milo')).toBe('Deleted 1 message by milo.');
    expect(await did('/mod milo')).toBe('milo is now a moderator.');
    expect(await did('/unmod milo')).toBe('milo is no longer a moderator.');
    expect(await did('/ban milo')).toBe('milo is banned.');
  });

  it('are rejected with the reason: unknown, wrong usage, not allowed', async ({ crowd }) => {
    const refused = (role: Role, text: string) =>
      refusal(crowd.as(role), 'chat:command', command(crowd, text));
    expect(await refused('owner', '/tiemout milo')).toMatchObject({
      code: 'unknown_command',
      message: expect.stringContaining('/help'),
    });
    expect(await refused('owner', '/timeout milo 5')).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('/timeout NAME'),
    });
    expect(await refused('owner', '/ban nobody-here')).toMatchObject({
      code: 'account_not_found',
    });
    for (const role of ['member', 'guest'] as const)
      for (const text of ['/ban mona', '/slow 10', '/clear mona', '/mod milo', '/pin 1'])
        expect(await refused(role, text)).toMatchObject({ code: 'forbidden' });
    expect(await refused('moderator', '/mod milo')).toMatchObject({ code: 'forbidden' });
    expect(await refused('guest', '/follow')).toMatchObject({ code: 'not_logged_in' });
  });

  it('are listed according to the caller’s role', async ({ crowd }) => {
    const listed = async (role: Role) =>
      (await request(crowd.as(role), 'chat:command', command(crowd, '/help'))).message;
    expect(await listed('guest')).toBe('/help');
    expect(await listed('member')).toContain('/follow');
    expect(await listed('moderator')).not.toContain('/mod ');
    expect(await listed('owner')).toContain('/mod ');
  });

  it('do not appear in the chat', async ({ crowd }) => {
    await request(crowd.as('member'), 'chat:command', command(crowd, '/help'));
    const { lastSeq } = await request(crowd.as('member'), 'chat:join', { channel: crowd.channel });
    expect(lastSeq).toBe(0);
  });
});

describe('messages that refer to others', () => {
  it('quote the message they reply to, live and later, until it is deleted', async ({ crowd }) => {
    const { channel } = crowd;
    const parent = await crowd.send('guest', 'What time is it?');
    const told = next(crowd.as('guest'), 'chat:messages');
    const answer = crowd.say('Late.', { replyToSeq: parent });
    await request(crowd.as('member'), 'chat:send', answer);
    const quote = { seq: parent, name: 'gast', text: 'What time is it?' };
    const live = (await told)[0].messages.find(({ nonce }) => nonce === answer.nonce);
    expect(live?.replyTo).toEqual(quote);
    const later = async () =>
      (await request(crowd.as('guest'), 'chat:history', { channel, afterSeq: parent })).messages;
    expect((await later())[0]?.replyTo).toEqual(quote);
    await request(crowd.as('owner'), 'chat:delete', { channel, seq: parent });
    expect((await later())[0]?.replyTo).toEqual({ ...quote, text: '', deleted: true });
    for (const replyToSeq of [parent, 99])
      expect(await crowd.refused('member', crowd.say('x', { replyToSeq }))).toMatchObject({
        code: 'message_not_found',
      });
  });

  it('report who is mentioned', async ({ crowd }) => {
    const told = next(crowd.as('guest'), 'chat:messages');
    await crowd.send('owner', 'hi @Milo and @Zoë_B.! (not me@example.com)');
    expect((await told)[0].messages[0]?.mentions).toEqual(['milo', 'zoë_b']);
  });

  it('show the display name along with the username', async ({ crowd }) => {
    const { cookie } = crowd.people.member;
    await crowd.db.account.update({
      where: { username: 'milo' },
      data: { displayName: 'Milo 🎸' },
    });
    const told = next(crowd.as('guest'), 'chat:messages');
    await crowd.send(await crowd.join({ cookie }), 'hi');
    expect((await told)[0].messages).toMatchObject([{ name: 'milo', displayName: 'Milo 🎸' }]);
    await crowd.db.account.update({ where: { username: 'milo' }, data: { displayName: '' } });
  });

  it('have reactions: counted once per person, announced together, removable', async ({
    crowd,
  }) => {
    const { channel } = crowd;
    const seq = await crowd.write('owner', 'like this');
    const react = (role: Role, emoji: string, on = true) =>
      request(crowd.as(role), 'chat:react', { channel, seq, emoji, on });
    const told = next(crowd.as('owner'), 'chat:reactions');
    await Promise.all([react('member', '👍'), react('guest', '👍'), react('guest', '🎉')]);
    const [{ changes }] = await told;
    expect(changes.toSorted((a, b) => b.count - a.count)).toEqual([
      { seq, emoji: '👍', count: 2 },
      { seq, emoji: '🎉', count: 1 },
    ]);
    await react('member', '👍');
    const seen = async (role: Role) =>
      (await request(crowd.as(role), 'chat:history', { channel })).messages[0]?.reactions?.toSorted(
        (a, b) => (a.emoji < b.emoji ? 1 : -1),
      );
    expect(await seen('member')).toEqual([
      { emoji: '👍', count: 2, mine: true },
      { emoji: '🎉', count: 1 },
    ]);
    await react('guest', '👍', false);
    expect(await seen('guest')).toEqual([
      { emoji: '👍', count: 1 },
      { emoji: '🎉', count: 1, mine: true },
    ]);
  });

  it('accept only emoji, only from people who may chat, and only a limited number', async ({
    crowd,
  }) => {
    const { channel } = crowd;
    const seq = await crowd.write('owner', 'like this');
    for (const emoji of ['', 'a', '👍👍', '<b>', '1'])
      expect(
        await refusal(crowd.as('member'), 'chat:react', { channel, seq, emoji, on: true }),
      ).toMatchObject({ code: 'bad_request' });
    const react = { channel, seq, emoji: '👍', on: true };
    expect(await refusal(crowd.as('member'), 'chat:react', { ...react, seq: 99 })).toMatchObject({
      code: 'message_not_found',
    });
    const { id: channelId } = await crowd.db.channel.findUniqueOrThrow({
      where: { name: channel },
    });
    const others = '😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒 😓'.split(' ');
    await crowd.db.chatReaction.createMany({
      data: others.map((emoji) => ({ channelId, seq, emoji, reactor: randomUUID() })),
    });
    expect(await refusal(crowd.as('member'), 'chat:react', react)).toMatchObject({
      code: 'conflict',
    });
    await request(crowd.as('member'), 'chat:react', { ...react, emoji: '😀' });
    await request(crowd.as('owner'), 'chat:timeout', { channel, name: 'milo', seconds: 60 });
    expect(await refusal(crowd.as('member'), 'chat:react', react)).toMatchObject({
      code: 'timed_out',
    });
  });

  it('float emoji over the player, many per frame, and store none', async ({ crowd }) => {
    const { channel } = crowd;
    onTestFinished(stopClock());
    const frames: { emoji: string; count: number }[][] = [];
    crowd.as('member').on('chat:floats', ({ floats }) => frames.push(floats));
    const replies = await Promise.all(
      Array.from({ length: 15 }, () =>
        ask(crowd.as('guest'), 'chat:float', { channel, emoji: '🔥' }),
      ),
    );
    const accepted = replies.filter(({ ok }) => ok).length;
    expect(accepted).toBeLessThan(15);
    await expect
      .poll(() => frames.flat().reduce((sum, { count }) => sum + count, 0))
      .toBe(accepted);
    expect(frames.length).toBeLessThan(accepted);
    expect(await refusal(crowd.as('member'), 'chat:float', { channel, emoji: '🦑' })).toMatchObject(
      { code: 'bad_request' },
    );
  });

  it('are found by part of their text and by sender, in pages', async ({ crowd }) => {
    const { channel } = crowd;
    await crowd.write('member', 'The KEY is 100% under_the mat');
    await crowd.write('owner', 'which key?');
    const deleted = await crowd.send('guest', 'my key!');
    await request(crowd.as('owner'), 'chat:delete', { channel, seq: deleted });
    const found = async (search: { query?: string; name?: string }) =>
      (await request(crowd.as('moderator'), 'chat:search', { channel, ...search })).messages.map(
        ({ text }) => text,
      );
    expect(await found({ query: 'key' })).toEqual([
      'my key!',
      'which key?',
      'The KEY is 100% under_the mat',
    ]);
    expect(await found({ query: 'key', name: 'milo' })).toEqual(['The KEY is 100% under_the mat']);
    expect(await found({ name: 'gast' })).toEqual(['my key!']);
    expect(await found({ query: '00% und' })).toHaveLength(1);
    expect(await found({ query: '1__%' })).toEqual([]);
  });
});
