import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { AccountExport } from '../../src/protocol/account-export.js';
import { administrator } from '../support/administrator.js';
import { databases } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { next, openSocket, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

describe.each(databases)('the data of an account on %s', (database) => {
  const server = useServer({ database });
  let db: PrismaService;
  let count = 0;
  beforeAll(async () => {
    db = server.app.get(PrismaService);
  });

  const remove = (client: HttpClient, body: object = { password: PASSWORD }) =>
    client.request('DELETE', '/api/account', { body });

  /** Registers an account that has a channel and has sent this many messages in another channel. */
  async function writer(messages: number) {
    const username = `writer-${(count += 1)}`;
    const client = await loggedIn(server.url, username);
    await client.post('/api/channels', { name: username, title: 'Mine' });
    const host = await loggedIn(server.url, `host-${count}`);
    await host.post('/api/channels', { name: `host-${count}`, title: '' });
    const { id: accountId } = await db.account.findUniqueOrThrow({ where: { username } });
    const channel = await db.channel.findUniqueOrThrow({ where: { name: `host-${count}` } });
    await db.chatMessage.createMany({
      data: Array.from({ length: messages }, (_, n) => ({
        channelId: channel.id,
        seq: n + 1,
        nonce: randomUUID(),
        accountId,
        name: username,
        role: 'MEMBER' as const,
        text: `message ${n}`,
        sentAt: new Date(),
      })),
    });
    return { client, username, accountId, channel };
  }

  it('is exported as one JSON file, complete and without secrets', async () => {
    const { client, username, channel } = await writer(1_234);
    await client.post('/api/account/tokens', {
      name: 'a script',
      scopes: ['chat:read'],
      expiresInDays: null,
      password: PASSWORD,
    });
    const answer = await client.get('/api/account/export');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain(`onair-${username}.json`);
    const data = AccountExport.parse(answer.body);
    expect(data.account).toMatchObject({
      username,
      channels: [{ name: username, title: 'Mine' }],
      apiTokens: [{ name: 'a script' }],
      sessions: [{ address: '127.0.x.x' }],
    });
    expect(data.messages.map(({ text }) => text)).toEqual(
      Array.from({ length: 1_234 }, (_, n) => `message ${n}`),
    );
    expect(data.messages[0]).toMatchObject({ channel: channel.name });
    expect(JSON.stringify(data)).not.toMatch(/argon2|[hH]ash/);
  });

  it('includes its broadcasts with their recordings, and its clips', async () => {
    const { client, accountId, username } = await writer(0);
    const channel = await db.channel.findUniqueOrThrow({ where: { name: username } });
    const startedAt = new Date();
    const id = randomUUID();
    await db.broadcast.create({
      data: {
        id,
        channelId: channel.id,
        title: 'Kites',
        state: 'ENDED',
        startedAt,
        lastSeenAt: startedAt,
        recording: { create: { state: 'READY', durationMs: 10_000 } },
      },
    });
    const stretch = { startMs: 1_000, durationMs: 2_000, playFromMs: 0 };
    const made = { channelId: channel.id, recordingId: id, createdById: accountId };
    await db.clip.create({
      data: { id: randomUUID(), ...made, ...stretch, title: 'A dive', visibility: 'PUBLIC' },
    });
    const { body } = await client.get('/api/account/export');
    const { account, broadcasts } = AccountExport.parse(body);
    const recording = { state: 'READY', durationMs: 10_000, kept: false };
    expect(broadcasts).toMatchObject([{ id, title: 'Kites', recording }]);
    expect(account).toMatchObject({ clips: [{ recordingId: id, title: 'A dive' }] });
  });

  it('includes its channels’ scenes, and the people whom it invited to their stages', async () => {
    const { client, username } = await writer(0);
    const path = `/api/channels/${username}/stage`;
    const list = { format: 'vertical', scenes: [] };
    expect((await client.request('PUT', `${path}/scenes`, { body: list })).status).toBe(200);
    const invited = await client.post(`${path}/invitations`, { note: 'Bob' });
    const { url } = invited.body as { url: string };
    const { body } = await client.get('/api/account/export');
    const { account } = AccountExport.parse(body);
    expect(account).toMatchObject({
      channels: [{ stageScenes: { list }, stageInvitations: [{ note: 'Bob', uses: 1 }] }],
    });
    expect(JSON.stringify(body)).not.toContain(url.slice(url.indexOf('#') + 1));
  });

  it('is valid for an account without any data', async () => {
    const client = await loggedIn(server.url, `empty-${(count += 1)}`);
    const { body } = await client.get('/api/account/export');
    expect(AccountExport.parse(body)).toMatchObject({ broadcasts: [], messages: [] });
  });

  it('is deleted with the account, except messages in other chats, which lose their name', async () => {
    const { client, username, accountId, channel } = await writer(3);
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = await openSocket(server.url, { cookie });
    const cut = new Promise<void>((resolve) => void socket.once('disconnect', () => resolve()));
    const answer = await remove(client);
    expect(answer.status).toBe(204);
    expect(answer.setCookies.onair_session).toContain('Max-Age=0');
    await cut;
    expect((await client.get('/api/me')).status).toBe(401);
    const again = { username, password: PASSWORD };
    expect((await client.post('/api/auth/login', again)).error?.code).toBe('wrong_credentials');
    expect((await client.get(`/api/channels/${username}`)).status).toBe(404);
    const messages = await db.chatMessage.findMany({ where: { channelId: channel.id } });
    expect(messages.map(({ name, text }) => [name, text])).toEqual([
      ['deleted account', 'message 0'],
      ['deleted account', 'message 1'],
      ['deleted account', 'message 2'],
    ]);
    const left = JSON.stringify([
      await db.account.findMany(),
      await db.session.findMany(),
      await db.channel.findMany(),
      messages,
    ]);
    expect(left).not.toContain(username);
    expect(left).not.toContain(accountId);
  });

  it('disappears from open rooms, including pinned messages and replies', async () => {
    const { client, username, channel } = await writer(2);
    await db.channel.update({ where: { id: channel.id }, data: { pinnedSeq: 1, chatSeq: 2 } });
    const viewer = await openSocket(server.url);
    const joined = await request(viewer, 'chat:join', { channel: channel.name });
    expect(joined.pinned).toMatchObject({ name: username });
    const answer = async () => {
      const told = next(viewer, 'chat:messages');
      const nonce = randomUUID();
      const said = { channel: channel.name, nonce, text: 'well', guestName: 'Gus', replyToSeq: 2 };
      await request(viewer, 'chat:send', said);
      return (await told)[0].messages[0]?.replyTo;
    };
    expect(await answer()).toMatchObject({ seq: 2, name: username });
    const pinned = next(viewer, 'chat:pinned');
    expect((await remove(client)).status).toBe(204);
    expect((await pinned)[0].message).toMatchObject({ seq: 1, name: 'deleted account' });
    expect(await answer()).toMatchObject({ seq: 2, name: 'deleted account' });
    const again = await request(viewer, 'chat:join', { channel: channel.name });
    expect(JSON.stringify(again)).not.toContain(username);
    viewer.disconnect();
  });

  it('is not deleted without the password', async () => {
    const { client } = await writer(0);
    for (const body of [{}, { password: 'a guess' }])
      expect((await remove(client, body)).error?.code).toBe('wrong_password');
    expect((await client.get('/api/me')).status).toBe(200);
  });

  it('is not deleted if no administrator would remain', async () => {
    const boss = await administrator(server, 'last-boss');
    expect((await remove(boss)).error?.code).toBe('last_administrator');
    expect((await boss.get('/api/admin/overview')).status).toBe(200);
  });

  it('is retained for one of two administrators who delete themselves at once', async () => {
    const boss = (await db.account.findFirst({ where: { isAdmin: true } }))
      ? new HttpClient(server.url)
      : await administrator(server, 'last-boss');
    await boss.post('/api/auth/login', { username: 'last-boss', password: PASSWORD });
    for (let round = 0; round < 3; round += 1) {
      const name = `other-boss-${(count += 1)}`;
      const other = await loggedIn(server.url, name);
      await other.post('/api/channels', { name, title: '' });
      await db.account.update({ where: { username: name }, data: { isAdmin: true } });
      const first = round === 0 ? boss : await loggedIn(server.url, `first-${(count += 1)}`);
      if (round > 0) {
        await db.account.updateMany({ where: {}, data: { isAdmin: false } });
        await db.account.updateMany({
          where: { username: { in: [name, `first-${count}`] } },
          data: { isAdmin: true },
        });
      }
      const answers = await Promise.all([remove(first), remove(other)]);
      const codes = answers.map(({ status, error }) => error?.code ?? status);
      expect(codes.map(String).toSorted()).toEqual(['204', 'last_administrator']);
      expect(await db.account.count({ where: { isAdmin: true, disabledAt: null } })).toBe(1);
      // No data of the remaining administrator is deleted.
      const stays = codes[1] === 204 ? 0 : 1;
      expect(await db.channel.count({ where: { name } })).toBe(stays);
    }
  });

  it('can be exported only once at a time, even by concurrent requests', async () => {
    const { client } = await writer(2_000);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.get('/api/account/export')),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error?.code === 'rate_limited')).toHaveLength(4);
    expect((await client.get('/api/account/export')).status).toBe(200);
  });

  it('can be exported again after a client disconnects early', async () => {
    const { client } = await writer(2_000);
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const leave = new AbortController();
    const gone = fetch(`${server.url}/api/account/export`, {
      headers: { cookie },
      signal: leave.signal,
    });
    leave.abort();
    await expect(gone).rejects.toThrow('aborted');
    await expect.poll(async () => (await client.get('/api/account/export')).status).toBe(200);
  });

  it('includes the security log in its export', async () => {
    const { client } = await writer(0);
    const { account } = AccountExport.parse((await client.get('/api/account/export')).body);
    expect(account).toMatchObject({
      events: [{ kind: 'registered', network: '127.0.x.x', count: 1 }],
      adminEvents: [],
    });
  });

  it('is not available to anyone else', async () => {
    expect((await new HttpClient(server.url).get('/api/account/export')).status).toBe(401);
  });
});
