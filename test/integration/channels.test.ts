import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ChannelService } from '../../src/channels/channel.service.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { databases } from '../support/app.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

describe.each(databases)('channels on %s', (database) => {
  const server = useServer({ database, overrides: { CHANNELS_PER_ACCOUNT: '3' } });
  let db: PrismaService;
  let ann: HttpClient;
  let bob: HttpClient;
  let visitor: HttpClient;

  beforeAll(async () => {
    db = server.app.get(PrismaService);
    ann = await loggedIn(server.url, 'ann');
    bob = await loggedIn(server.url, 'bob');
    visitor = new HttpClient(server.url);
  });

  it('are created by logged-in accounts, and found by everyone', async () => {
    const made = await ann.post('/api/channels', { name: 'Tea-Time', title: '  Tea\n& talk ' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'tea-time',
        title: 'Tea & talk',
        owner: 'ann',
        broadcast: null,
        viewers: 0,
        thumbnail: null,
        lastLiveAt: null,
      },
    });
    expect((await visitor.get('/api/channels/tea-time')).body).toEqual(made.body);
    expect(await visitor.post('/api/channels', { name: 'mine' })).toMatchObject({
      status: 401,
      error: { code: 'not_logged_in' },
    });
  });

  it.each([
    ['short', 'ab'],
    ['long', 'a'.repeat(31)],
    ['strange', 'a_b!'],
    ['reserved', 'studio'],
  ])('cannot have a %s name', async (_what, name) => {
    expect(await bob.post('/api/channels', { name })).toMatchObject({
      status: 400,
      error: { code: 'bad_request', issues: [{ path: 'name' }] },
    });
  });

  it('cannot have a title longer than 140 characters', async () => {
    const body = { name: 'long-title', title: 'x'.repeat(141) };
    expect((await bob.post('/api/channels', body)).error?.issues?.[0]?.path).toBe('title');
  });

  it('have unique names', async () => {
    await ann.post('/api/channels', { name: 'taken' });
    expect(await bob.post('/api/channels', { name: 'taken' })).toMatchObject({
      status: 409,
      error: { code: 'channel_name_taken' },
    });
  });

  it('are limited per account, even for concurrent requests', async () => {
    const carl = await loggedIn(server.url, 'carl');
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => carl.post('/api/channels', { name: `carl-${n}` })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 201, 201, 409, 409,
    ]);
    expect(answers.find(({ status }) => status === 409)?.error?.code).toBe('channel_limit');
  });

  it('are changed only by their owner, with an event', async () => {
    await ann.post('/api/channels', { name: 'mine-1' });
    const change = { body: { title: 'New title' } };
    expect(await bob.request('PATCH', '/api/channels/mine-1', change)).toMatchObject({
      status: 403,
      error: { code: 'forbidden' },
    });
    expect((await visitor.request('PATCH', '/api/channels/mine-1', change)).status).toBe(401);
    const changed = server.app.get(ChannelService).events.once('titleChanged');
    expect(await ann.request('PATCH', '/api/channels/mine-1', change)).toMatchObject({
      status: 200,
      body: { name: 'mine-1', title: 'New title' },
    });
    expect(await changed).toMatchObject([{ name: 'mine-1', title: 'New title' }]);
    expect((await visitor.get('/api/channels/mine-1')).body).toMatchObject({ title: 'New title' });
    const other = { body: { title: 'x', name: 'other' } };
    expect((await ann.request('PATCH', '/api/channels/mine-1', other)).status).toBe(400);
  });

  it('are deleted only by their owner, with all their data', async () => {
    await bob.post('/api/channels', { name: 'short-lived' });
    const { id: channelId } = await server.app.get(ChannelService).get('short-lived');
    await db.broadcast.create({ data: broadcast(channelId, { hour: 1 }) });
    expect((await ann.request('DELETE', '/api/channels/short-lived', {})).status).toBe(403);
    const deleted = server.app.get(ChannelService).events.once('channelDeleted');
    expect((await bob.request('DELETE', '/api/channels/short-lived', {})).status).toBe(204);
    expect(await deleted).toMatchObject([{ id: channelId, name: 'short-lived' }]);
    expect(await visitor.get('/api/channels/short-lived')).toMatchObject({
      status: 404,
      error: { code: 'channel_not_found' },
    });
    expect(await db.broadcast.count({ where: { channelId } })).toBe(0);
  });

  it('that do not exist return an error', async () => {
    for (const name of ['nobody', 'NOT-A-NAME', 'x', 'a%2Fb', "'--"])
      expect(await visitor.get(`/api/channels/${name}`)).toMatchObject({
        status: 404,
        error: { code: 'channel_not_found' },
      });
  });

  it('are listed with the latest live channels first, in pages, and by owner', async () => {
    const dora = await loggedIn(server.url, 'dora');
    for (const name of ['dora-never', 'dora-early', 'dora-late'])
      await dora.post('/api/channels', { name });
    await db.channel.update({
      where: { name: 'dora-early' },
      data: { lastLiveAt: new Date('2030-01-01') },
    });
    await db.channel.update({
      where: { name: 'dora-late' },
      data: { lastLiveAt: new Date('2030-01-02') },
    });
    const names = async (query: string) =>
      ((await visitor.get(`/api/channels${query}`)).body as ChannelView[]).map(({ name }) => name);
    expect((await names('')).slice(0, 2)).toEqual(['dora-late', 'dora-early']);
    expect(await names('?owner=dora')).toEqual(['dora-late', 'dora-early', 'dora-never']);
    expect(await names('?owner=nobody-at-all')).toEqual([]);
    const all = await names('?limit=100');
    expect([...(await names('?limit=2')), ...(await names('?limit=100&offset=2'))]).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'offset=-1', 'limit=1e9'])(
    'reject an invalid query: %s',
    async (query) => {
      expect(await visitor.get(`/api/channels?${query}`)).toMatchObject({
        status: 400,
        error: { code: 'bad_request' },
      });
    },
  );

  describe('and their past broadcasts', () => {
    let ids: string[];
    beforeAll(async () => {
      const erin = await loggedIn(server.url, 'erin');
      await erin.post('/api/channels', { name: 'erin' });
      const { id } = await server.app.get(ChannelService).get('erin');
      const rows = [1, 2, 3].map((hour) => broadcast(id, { hour }));
      const failed = { ...broadcast(id, { hour: 4 }), endReason: 'NEVER_STARTED' as const };
      await db.broadcast.createMany({ data: [...rows, failed] });
      ids = rows.map((row) => row.id).toReversed();
    });

    it('are listed newest first, without those that never sent media', async () => {
      const { status, body } = await visitor.get('/api/channels/erin/broadcasts');
      expect(status).toBe(200);
      expect((body as { id: string }[]).map(({ id }) => id)).toEqual(ids);
      const second = await visitor.get('/api/channels/erin/broadcasts?limit=1&offset=1');
      expect((second.body as { id: string }[]).map(({ id }) => id)).toEqual([ids[1]]);
    });

    it('are found by their id', async () => {
      expect((await visitor.get(`/api/broadcasts/${ids[0]}`)).body).toEqual({
        id: ids[0],
        channel: 'erin',
        title: 'Hour 3',
        visibility: 'public',
        source: 'browser',
        state: 'ended',
        startedAt: '2026-01-01T03:00:00.000Z',
        interruptedUntil: null,
        endedAt: '2026-01-01T03:30:00.000Z',
        endReason: 'publisher_ended',
        peakViewers: 3,
        hls: null,
        webrtc: null,
      });
    });

    it('that do not exist return an error', async () => {
      for (const id of [randomUUID(), 'x', "'"])
        expect(await visitor.get(`/api/broadcasts/${id}`)).toMatchObject({
          status: 404,
          error: { code: 'broadcast_not_found' },
        });
      expect((await visitor.get('/api/channels/nobody/broadcasts')).status).toBe(404);
    });
  });
});

function broadcast(channelId: string, { hour }: { hour: number }) {
  const startedAt = new Date(`2026-01-01T0${hour}:00:00Z`);
  const endedAt = new Date(`2026-01-01T0${hour}:30:00Z`);
  return {
    id: randomUUID(),
    channelId,
    title: `Hour ${hour}`,
    state: 'ENDED' as const,
    startedAt,
    lastSeenAt: endedAt,
    endedAt,
    endReason: 'PUBLISHER_ENDED' as const,
    peakViewers: hour,
  };
}
