import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest';
import { AuditRepository } from '../../src/chat/moderation/audit.repository.js';
import type { RequestName } from '../../src/protocol/events.js';
import { ChatCrowd, type Role } from '../support/chat-crowd.js';
import { ask, next, refusal, request } from '../support/sockets.js';
import { stopClock } from '../support/stop-clock.js';

const ID = '018f0000-0000-7000-8000-000000000000';

describe('moderating a chat', () => {
  let crowd: ChatCrowd;

  beforeAll(async () => {
    crowd = await ChatCrowd.gather();
  });
  beforeEach(() => crowd.enter());
  afterEach(() => crowd.leave());
  afterAll(() => crowd.close());

  /** Every moderation request, with a payload that its schema accepts. */
  const requests: [RequestName, object][] = [
    ['chat:delete', { seq: 1 }],
    ['chat:restore', { seq: 1 }],
    ['chat:clear', { seq: 1 }],
    ['chat:timeout', { seq: 1, seconds: 60 }],
    ['chat:ban', { seq: 1 }],
    ['chat:unban', { banId: ID }],
    ['chat:bans', {}],
    ['chat:pin', { seq: 1 }],
    ['chat:settings', {}],
    ['chat:change-settings', { rules: { slowModeS: 5 } }],
    ['chat:held', {}],
    ['chat:judge', { heldId: ID, approve: true }],
    ['chat:audit', {}],
    ['chat:undo', { entryId: ID }],
    ['chat:search', { query: 'text' }],
    ['chat:viewers', {}],
  ];

  it.each(requests)('%s is allowed only for the owner and moderators', async (name, payload) => {
    await crowd.write('member', 'text');
    const body = { channel: crowd.channel, ...payload };
    for (const role of ['member', 'guest'] as const)
      expect(await refusal(crowd.as(role), name, body)).toMatchObject({ code: 'forbidden' });
    for (const role of ['moderator', 'owner'] as const) {
      const reply = await ask(crowd.as(role), name, body);
      // The moderator's request can make the owner's fail for a reason other than permissions.
      expect(reply.ok || reply.error.code).not.toBe('forbidden');
    }
  });

  it.each(['chat:delete', 'chat:clear', 'chat:timeout', 'chat:ban'] as const)(
    '%s never affects the owner, and only the owner can use it on moderators',
    async (name) => {
      const payload = (seq: number) => ({
        channel: crowd.channel,
        seq,
        ...(name === 'chat:timeout' ? { seconds: 60 } : {}),
      });
      const ofOwner = payload(await crowd.write('owner', 'mine'));
      const ofModerator = payload(await crowd.write('moderator', 'hers'));
      const forbidden = { code: 'forbidden' };
      expect(await refusal(crowd.as('moderator'), name, ofOwner)).toMatchObject(forbidden);
      const peer = await crowd.appointMember();
      expect(await refusal(peer, name, ofModerator)).toMatchObject(forbidden);
      expect(await ask(crowd.as('owner'), name, ofModerator)).toMatchObject({ ok: true });
    },
  );

  it.each([
    ['chat:delete', true],
    ['chat:clear', true],
    ['chat:timeout', false],
    ['chat:ban', false],
  ] as const)('%s on oneself: %s', async (name, ok) => {
    for (const role of ['owner', 'moderator'] as const) {
      const seq = await crowd.write(role, 'mine');
      const seconds = name === 'chat:timeout' ? { seconds: 60 } : {};
      const reply = await ask(crowd.as(role), name, { channel: crowd.channel, seq, ...seconds });
      expect(reply.ok).toBe(ok);
    }
  });

  it('restores and undoes only what may be deleted', async () => {
    const { channel } = crowd;
    const [owner, moderator] = [crowd.as('owner'), crowd.as('moderator')];
    const seq = await crowd.write('owner', 'a slip');
    await request(owner, 'chat:delete', { channel, seq });
    const forbidden = { code: 'forbidden' };
    expect(await refusal(moderator, 'chat:restore', { channel, seq })).toMatchObject(forbidden);
    const [{ id: entryId } = { id: '' }] = await crowd.audit();
    const undo = { channel, entryId };
    expect(await refusal(moderator, 'chat:undo', undo)).toMatchObject(forbidden);
    expect(
      await refusal(moderator, 'chat:command', { channel, text: `/restore ${seq}` }),
    ).toMatchObject(forbidden);
    // The request was rejected before the entry was marked.
    expect(await request(owner, 'chat:undo', undo)).toMatchObject({ undoable: false });

    const hers = await crowd.write('moderator', 'hers');
    await request(owner, 'chat:delete', { channel, seq: hers });
    expect(await refusal(moderator, 'chat:restore', { channel, seq: hers })).toMatchObject(
      forbidden,
    );
    await request(owner, 'chat:restore', { channel, seq: hers });
    await request(moderator, 'chat:delete', { channel, seq: hers });
    await request(moderator, 'chat:restore', { channel, seq: hers });
  });

  it('limits a moderator’s rate, and pins separately', async () => {
    onTestFinished(stopClock());
    const { channel } = crowd;
    const moderator = crowd.as('moderator');
    const seq = await crowd.write('member', 'text');
    const pin = async (n: number) => {
      const reply = await ask(moderator, 'chat:pin', { channel, seq: n % 2 === 0 ? seq : null });
      return reply.ok ? null : reply.error.code;
    };
    const pins: (string | null)[] = [];
    for (let n = 0; n < 20; n += 1) pins.push(await pin(n));
    expect(pins).toContain('rate_limited');
    expect(pins.slice(0, 10)).not.toContain('rate_limited');
    // Other actions and other moderators' pins have their own limits.
    await request(moderator, 'chat:ban', { channel, name: 'milo' });
    await request(crowd.as('owner'), 'chat:pin', { channel, seq });
    await request(crowd.as('owner'), 'chat:pin', { channel, seq: null });
    const acts: (string | null)[] = [];
    for (let n = 0; n < 80; n += 1) {
      const event = n % 2 === 0 ? 'chat:delete' : 'chat:restore';
      const reply = await ask(moderator, event, { channel, seq });
      acts.push(reply.ok ? null : reply.error.code);
    }
    expect(acts).toContain('rate_limited');
    expect(acts.slice(0, 50)).not.toContain('rate_limited');
  });

  it('retains other moderators’ entries and bans in the log, no matter how many pins one adds', async () => {
    const { channel } = crowd;
    const db = crowd.db;
    const { id: channelId } = await db.channel.findUniqueOrThrow({ where: { name: channel } });
    const [mona, olivia] = await Promise.all(
      ['mona', 'olivia'].map((username) => db.account.findUniqueOrThrow({ where: { username } })),
    );
    const log = crowd.test.app.get(AuditRepository);
    const entry = (by: typeof mona, action: 'ban' | 'pin' | 'delete') => ({
      byId: by!.id,
      byName: by!.username,
      action,
      target: 'somebody',
      reason: '',
      detail: { kind: 'none' as const },
      at: new Date(),
    });
    await log.add(channelId, entry(olivia, 'ban'));
    await log.add(channelId, entry(mona, 'ban'));
    const row = (action: 'pin' | 'delete') => ({ channelId, ...entry(mona, action) });
    await db.chatAuditEntry.createMany({
      data: [
        ...Array.from({ length: 1_900 }, () => row('delete')),
        ...Array.from({ length: 5_000 }, () => row('pin')),
      ],
    });
    // On average, one in a hundred additions prunes the log.
    for (let n = 0; n < 100; n += 1) await log.add(channelId, entry(mona, 'pin'));
    const count = (where: object) => db.chatAuditEntry.count({ where: { channelId, ...where } });
    expect(await count({ action: 'pin' })).toBeLessThanOrEqual(300);
    expect(await count({ action: 'ban' })).toBe(2);
    await db.chatAuditEntry.createMany({
      data: Array.from({ length: 5_000 }, () => row('delete')),
    });
    for (let n = 0; n < 100; n += 1) await log.add(channelId, entry(mona, 'delete'));
    expect(await count({ byId: mona!.id, action: 'delete' })).toBeLessThanOrEqual(2_100);
    expect(await count({ byId: olivia!.id })).toBe(1);
  });

  it('deletes entries of any moderator from the log after two years', async () => {
    const { channel, db } = crowd;
    const { id: channelId } = await db.channel.findUniqueOrThrow({ where: { name: channel } });
    const [mona, olivia] = await Promise.all(
      ['mona', 'olivia'].map((username) => db.account.findUniqueOrThrow({ where: { username } })),
    );
    const log = crowd.test.app.get(AuditRepository);
    const nowMs = Date.now();
    const entry = (by: typeof mona, days: number) => ({
      byId: by!.id,
      byName: by!.username,
      action: 'ban' as const,
      target: `${days} days ago`,
      reason: '',
      detail: { kind: 'none' as const },
      at: new Date(nowMs - days * 86_400_000),
    });
    await db.chatAuditEntry.createMany({
      data: [729, 731].map((days) => ({ channelId, ...entry(olivia, days) })),
    });
    for (let n = 0; n < 100; n += 1) await log.add(channelId, entry(mona, 0));
    const old = await db.chatAuditEntry.findMany({ where: { channelId, byId: olivia!.id } });
    expect(old.map(({ target }) => target)).toEqual(['729 days ago']);
  });

  it('deletes for viewers at once, retains the text for moderators, and restores it', async () => {
    const { channel } = crowd;
    const seq = await crowd.send('guest', 'rude');
    const told = next(crowd.as('member'), 'chat:deleted');
    await request(crowd.as('moderator'), 'chat:delete', { channel, seq });
    expect(await told).toEqual([{ channel, seqs: [seq] }]);
    const shown = async (role: Role) =>
      (await request(crowd.as(role), 'chat:history', { channel })).messages[0];
    for (const role of ['member', 'guest'] as const)
      expect(await shown(role)).toMatchObject({ text: '', deleted: true });
    for (const role of ['moderator', 'owner'] as const)
      expect(await shown(role)).toMatchObject({ text: 'rude', deleted: true });
    const restored = next(crowd.as('member'), 'chat:restored');
    await request(crowd.as('owner'), 'chat:restore', { channel, seq });
    expect((await restored)[0].messages).toMatchObject([{ seq, text: 'rude' }]);
    expect(await shown('guest')).not.toHaveProperty('deleted');
    expect((await crowd.audit()).map(({ action, by, target }) => [action, by, target])).toEqual([
      ['restore', 'olivia', 'gast: rude'],
      ['delete', 'mona', 'gast: rude'],
    ]);
  });

  it('clears one sender’s messages, and restores them', async () => {
    const { channel } = crowd;
    const seqs = [await crowd.write('member', 'one'), await crowd.write('member', 'two')];
    const others = await crowd.send('guest', 'three');
    const told = next(crowd.as('guest'), 'chat:deleted');
    const cleared = await request(crowd.as('moderator'), 'chat:clear', { channel, name: 'Milo' });
    expect(cleared).toEqual({ deleted: 2 });
    expect((await told)[0].seqs).toEqual(seqs);
    const [entry] = await crowd.audit();
    expect(entry).toMatchObject({ action: 'clear', target: 'milo', undoable: true });
    const undone = await request(crowd.as('owner'), 'chat:undo', {
      channel,
      entryId: entry!.id,
    });
    expect(undone).toMatchObject({ undoable: false, undoneAt: expect.any(String) });
    const { messages } = await request(crowd.as('guest'), 'chat:history', { channel });
    expect(messages.map(({ seq, text }) => [seq, text])).toEqual([
      [seqs[0], 'one'],
      [seqs[1], 'two'],
      [others, 'three'],
    ]);
    const again = { channel, entryId: entry!.id };
    expect(await refusal(crowd.as('owner'), 'chat:undo', again)).toMatchObject({
      code: 'conflict',
    });
  });

  it('times a sender out, says for how long, and lets them chat again', async () => {
    const { channel } = crowd;
    const seq = await crowd.write('member', 'spam');
    const me = next(crowd.as('member'), 'chat:me');
    const ban = await request(crowd.as('moderator'), 'chat:timeout', {
      channel,
      seq,
      seconds: 60,
      reason: 'calm down',
    });
    const untilMs = new Date(ban.expiresAt ?? 0).getTime();
    expect(await me).toMatchObject([
      { reason: 'calm down', me: { banned: true, bannedUntil: ban.expiresAt, canWrite: false } },
    ]);
    const askedMs = Date.now();
    const error = await crowd.refused('member', crowd.say('more'));
    expect(error).toMatchObject({ code: 'timed_out', message: expect.stringContaining('seconds') });
    expect(error.retryAfterMs).toBeLessThanOrEqual(untilMs - askedMs + 1_000);
    expect(error.retryAfterMs).toBeGreaterThan(untilMs - Date.now() - 1_000);
    const lifted = next(crowd.as('member'), 'chat:me');
    await request(crowd.as('owner'), 'chat:unban', { channel, name: '@milo' });
    expect(await lifted).toMatchObject([{ me: { banned: false, canWrite: true } }]);
    await crowd.send('member', 'sorry');
  });

  it('ends a time-out when it expires', async () => {
    const { channel } = crowd;
    await request(crowd.as('owner'), 'chat:timeout', { channel, name: 'milo', seconds: 10 });
    const row = await crowd.db.chatBan.findFirstOrThrow({
      where: { name: 'milo', channel: { name: channel } },
    });
    expect(row.expiresAt!.getTime() - row.createdAt.getTime()).toBe(10_000);
    const error = await crowd.refused('member', crowd.say('x'));
    await expect
      .poll(() => ask(crowd.as('member'), 'chat:send', crowd.say('x')), {
        interval: error.retryAfterMs ?? 0,
        timeout: 30_000,
      })
      .toMatchObject({ ok: true });
    expect(await request(crowd.as('owner'), 'chat:bans', { channel })).toEqual({ bans: [] });
  });

  it.each([9, 14 * 86_400 + 1, 1.5])('rejects a time-out of %d seconds', async (seconds) => {
    const { channel } = crowd;
    const body = { channel, name: 'milo', seconds };
    expect(await refusal(crowd.as('owner'), 'chat:timeout', body)).toMatchObject({
      code: 'bad_request',
    });
  });

  it('bans an account forever, and turns a time-out into a ban but not the reverse', async () => {
    const { channel } = crowd;
    await request(crowd.as('moderator'), 'chat:timeout', { channel, name: 'milo', seconds: 60 });
    const ban = await request(crowd.as('moderator'), 'chat:ban', {
      channel,
      name: 'milo',
      reason: 'enough',
    });
    expect(ban).toMatchObject({ name: 'milo', role: 'member', expiresAt: null, reason: 'enough' });
    expect(await crowd.refused('member', crowd.say('x'))).toMatchObject({
      code: 'banned',
    });
    const shorter = { channel, name: 'milo', seconds: 10 };
    expect(await refusal(crowd.as('owner'), 'chat:timeout', shorter)).toMatchObject({
      code: 'conflict',
    });
    expect(await request(crowd.as('owner'), 'chat:bans', { channel })).toEqual({ bans: [ban] });
    const [entry] = await crowd.audit();
    await request(crowd.as('owner'), 'chat:undo', { channel, entryId: entry!.id });
    await crowd.send('member', 'thank you');
  });

  it('bans a guest who discards the cookie, but not other guests or accounts', async () => {
    const { channel } = crowd;
    const address = '203.0.113.7';
    const troll = await crowd.join(null, { address });
    const seq = await crowd.send(troll, 'spam');
    await request(crowd.as('moderator'), 'chat:ban', { channel, seq });
    const banned = { code: 'banned' };
    const elsewhere = await crowd.join(null, { address });
    expect(await refusal(troll, 'chat:send', crowd.say('x'))).toMatchObject(banned);
    expect(await refusal(elsewhere, 'chat:send', crowd.say('x'))).toMatchObject(banned);
    expect(await refusal(elsewhere, 'chat:float', { channel, emoji: '🔥' })).toMatchObject(banned);
    await crowd.send(await crowd.join(crowd.people.member, { address }), 'I am another');
    await crowd.send('guest', 'me too');
    await request(crowd.as('owner'), 'chat:unban', { channel, name: 'gast' });
    await crowd.send(elsewhere, 'sorry');
  });

  it('stores only a hash of a banned address, and deletes it after a day', async () => {
    const { channel } = crowd;
    const address = '203.0.113.8';
    const seq = await crowd.send(await crowd.join(null, { address }), 'spam');
    await request(crowd.as('moderator'), 'chat:ban', { channel, seq });
    const row = await crowd.db.chatBan.findFirstOrThrow({ where: { channel: { name: channel } } });
    expect(row.addressHashes.map(({ length }) => length)).toEqual([32]);
    expect(JSON.stringify(row)).not.toContain(address);
    await crowd.db.chatBan.update({
      where: { id: row.id },
      data: { createdAt: new Date(Date.now() - 86_400_001) },
    });
    // The open room has cached the ban, so a new room has to read it from the database.
    await crowd.db.channel.update({
      where: { name: channel },
      data: { name: (crowd.channel = `${channel}-later`) },
    });
    await crowd.send(await crowd.join(null, { address }), 'somebody else');
  });

  it('finds a guest by their latest name', async () => {
    const { channel } = crowd;
    const zoe = await crowd.join(null);
    await request(zoe, 'chat:send', crowd.say('hi', { guestName: 'Zoë B.' }));
    const ban = await request(crowd.as('owner'), 'chat:ban', { channel, name: 'zoë_b.' });
    expect(ban).toMatchObject({ name: 'Zoë B.', role: 'guest' });
    expect(await refusal(zoe, 'chat:send', crowd.say('x'))).toMatchObject({ code: 'banned' });
    const nobody = { channel, name: 'nobody-here' };
    expect(await refusal(crowd.as('owner'), 'chat:ban', nobody)).toMatchObject({
      code: 'account_not_found',
    });
  });

  it('pins a message for everyone, until it is unpinned or deleted', async () => {
    const { channel } = crowd;
    const seq = await crowd.write('member', 'read this');
    const pinned = next(crowd.as('guest'), 'chat:pinned');
    await request(crowd.as('moderator'), 'chat:pin', { channel, seq });
    expect(await pinned).toMatchObject([{ channel, message: { seq, text: 'read this' } }]);
    const joined = await request(crowd.as('guest'), 'chat:join', { channel });
    expect(joined.pinned).toMatchObject({ seq });
    const gone = next(crowd.as('guest'), 'chat:pinned');
    await request(crowd.as('moderator'), 'chat:delete', { channel, seq });
    expect(await gone).toEqual([{ channel, message: null }]);
    expect(await refusal(crowd.as('owner'), 'chat:pin', { channel, seq })).toMatchObject({
      code: 'message_not_found',
    });
  });

  it('appoints and dismisses moderators with immediate effect and an event', async () => {
    const { channel } = crowd;
    const path = `/channels/${channel}/moderators/milo`;
    await expect(crowd.api('moderator', 'PUT', path)).rejects.toThrow('403');
    const me = next(crowd.as('member'), 'chat:me');
    await crowd.api('owner', 'PUT', path);
    expect(await me).toMatchObject([{ me: { role: 'moderator' } }]);
    const heard = next(crowd.as('member'), 'chat:audited');
    await request(crowd.as('member'), 'chat:change-settings', {
      channel,
      rules: { emojiOnly: true },
    });
    expect(await heard).toMatchObject([{ entry: { by: 'milo', target: 'emoji only on' } }]);
    expect(await crowd.api('member', 'GET', `/channels/${channel}/moderators`)).toMatchObject([
      { username: 'milo' },
      { username: 'mona' },
    ]);
    const after = next(crowd.as('member'), 'chat:me');
    await crowd.api('member', 'DELETE', path);
    expect(await after).toMatchObject([{ me: { role: 'member' } }]);
    expect(await refusal(crowd.as('member'), 'chat:audit', { channel })).toMatchObject({
      code: 'forbidden',
    });
  });

  it('lists the people present, not their connections', async () => {
    const { channel } = crowd;
    await crowd.join(crowd.people.member);
    await crowd.join(null);
    await crowd.send('guest', 'hi');
    await request(crowd.as('owner'), 'chat:timeout', { channel, name: 'milo', seconds: 60 });
    expect(await request(crowd.as('moderator'), 'chat:viewers', { channel })).toEqual({
      accounts: 3,
      guests: 2,
      viewers: [
        { name: 'olivia', role: 'owner', banned: false },
        { name: 'mona', role: 'moderator', banned: false },
        { name: 'milo', role: 'member', banned: true },
        { name: 'gast', role: 'guest', banned: false },
      ],
      more: false,
    });
  });

  it('lists actions page by page, and notifies only moderators of new ones', async () => {
    const { channel } = crowd;
    const seqs = [];
    for (let i = 0; i < 4; i += 1) seqs.push(await crowd.write('member', `text ${i}`));
    const heard: string[] = [];
    for (const role of ['moderator', 'member', 'guest'] as const)
      crowd.as(role).on('chat:audited', ({ entry }) => heard.push(`${role}: ${entry.target}`));
    for (const seq of seqs) await request(crowd.as('owner'), 'chat:delete', { channel, seq });
    await expect.poll(() => heard).toEqual([0, 1, 2, 3].map((i) => `moderator: milo: text ${i}`));
    const first = await request(crowd.as('owner'), 'chat:audit', { channel, limit: 3 });
    expect(first).toMatchObject({ more: true });
    const rest = await crowd.api<typeof first>(
      'moderator',
      'GET',
      `/channels/${channel}/audit?before=${first.entries.at(-1)!.id}`,
    );
    expect(rest).toMatchObject({ more: false, entries: [{ target: 'milo: text 0' }] });
  });
});
