import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { audioTrack, videoTrack } from '../support/rtc.js';
import {
  type ClientSocket,
  disconnected,
  next,
  openSocket,
  refusal,
  request,
} from '../support/sockets.js';
import { pretendArrival } from '../support/media-arrival.js';
import { useServer } from '../support/fixtures/use-server.js';

const PASSWORD = 'open sesame';
/** The limit for data of an ended broadcast, which is read again after some seconds. */
const SOON = { timeout: 30_000 };

const server = useServer({ overrides: { GRACE_SECONDS: '1' } });
let owner: HttpClient;
let member: HttpClient;
let guest: HttpClient;
let count = 0;
const sockets: ClientSocket[] = [];

const name = () => `channel-${count}`;

beforeAll(async () => {
  owner = await loggedIn(server.url, 'owner');
  member = await loggedIn(server.url, 'member');
  guest = new HttpClient(server.url);
});
beforeEach(async () => {
  count += 1;
  await owner.post('/api/channels', { name: name() });
  await owner.request('PUT', `/api/channels/${name()}/members/member`, { body: {} });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await owner.request('DELETE', `/api/channels/${name()}`, { body: {} });
});

async function connect(who: HttpClient): Promise<ClientSocket> {
  const cookie = [...who.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
  const socket = await openSocket(server.url, cookie === '' ? {} : { cookie });
  sockets.push(socket);
  return socket;
}

/** Starts a broadcast that counts as live without media. */
async function begin(visibility?: string) {
  const socket = await connect(owner);
  const { broadcast } = await request(socket, 'publisher:start', {
    channel: name(),
    ...(visibility === undefined ? {} : { visibility: visibility as 'private' }),
  });
  await request(socket, 'publisher:produce', videoTrack());
  await request(socket, 'publisher:produce', audioTrack());
  // A broadcast that never had media would be deleted, so this reports its first packet, as the
  // media worker does.
  const live = [...server.app.get(LiveChannels).channels].find((one) => one.name === name());
  pretendArrival(live, socket.id);
  return { socket, id: broadcast.id, broadcast };
}

const change = (id: string, visibility: string, who = owner) =>
  who.request('PATCH', `/api/broadcasts/${id}`, { body: { visibility } });
const statusOf = async (who: HttpClient, path: string) => (await who.get(path)).status;
/** Changes the end time of the broadcast so that none of its media is available any longer. */
async function longOver(): Promise<void> {
  const isOver = { channel: { name: name() }, state: 'ENDED' as const };
  const { broadcast } = server.app.get(PrismaService);
  await expect.poll(() => broadcast.count({ where: isOver }), SOON).toBe(1);
  await broadcast.updateMany({ where: isOver, data: { endedAt: new Date(Date.now() - 60_000) } });
}
const channelFor = (who: HttpClient) => statusOf(who, `/api/channels/${name()}`);
const listedFor = async (who: HttpClient) =>
  ((await who.get('/api/channels')).body as ChannelView[]).some((one) => one.name === name());

describe('a broadcast with a smaller audience than its channel', () => {
  it('is private while it is live, and the channel public again afterwards', async () => {
    const { socket, broadcast } = await begin('private');
    expect(broadcast.visibility).toBe('private');
    expect(await channelFor(guest)).toBe(404);
    expect(await channelFor(member)).toBe(200);
    expect(await listedFor(guest)).toBe(false);
    expect(await listedFor(member)).toBe(true);
    const outsider = await connect(guest);
    expect((await refusal(outsider, 'viewer:join', { channel: name() })).code).toBe(
      'channel_not_found',
    );
    await request(socket, 'publisher:end', { channel: name() });
    await longOver();
    await expect.poll(() => channelFor(guest), SOON).toBe(200);
    await expect.poll(() => listedFor(guest), SOON).toBe(true);
  });

  it('disconnects viewers who lose access when it changes', async () => {
    const { id } = await begin();
    const viewer = await connect(guest);
    await request(viewer, 'viewer:join', { channel: name() });
    const told = next(viewer, 'channel:closed');
    const gone = disconnected(viewer);
    expect((await change(id, 'private')).body).toMatchObject({ visibility: 'private' });
    expect(await told).toMatchObject([{ code: 'channel_not_found' }]);
    await gone;
    await change(id, 'public');
    expect(await channelFor(guest)).toBe(200);
  });

  it('uses the channel’s password, which must exist', async () => {
    const { id } = await begin();
    const refused = await change(id, 'password');
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      error: { message: expect.stringMatching(/no password yet/) },
    });
    const access = { visibility: 'password', password: PASSWORD };
    await owner.request('PATCH', `/api/channels/${name()}/access`, { body: access });
    await owner.request('PATCH', `/api/channels/${name()}/access`, {
      body: { visibility: 'public' },
    });
    expect((await change(id, 'password')).status).toBe(200);
    expect(await channelFor(guest)).toBe(403);
    const knows = new HttpClient(server.url);
    await knows.post(`/api/channels/${name()}/unlock`, { password: PASSWORD });
    expect(await channelFor(knows)).toBe(200);
  });

  it('that is unlisted can be watched by its link, and is not listed', async () => {
    await begin('unlisted');
    expect(await channelFor(guest)).toBe(200);
    expect(await listedFor(guest)).toBe(false);
  });

  it('cannot have a larger audience than its channel', async () => {
    await owner.request('PATCH', `/api/channels/${name()}/access`, {
      body: { visibility: 'private' },
    });
    const { id } = await begin('public');
    expect(await channelFor(guest)).toBe(404);
    expect(await statusOf(guest, `/api/broadcasts/${id}`)).toBe(404);
    expect(await statusOf(member, `/api/broadcasts/${id}`)).toBe(200);
  });

  it('is changed only by the owner', async () => {
    const { id } = await begin();
    expect((await change(id, 'public', member)).status).toBe(403);
    expect((await change(id, 'public', guest)).status).toBe(401);
    expect((await change(id, 'secret')).status).toBe(400);
  });
});

describe('a past private broadcast', () => {
  const over = async (visibility: string) => {
    const { socket, id } = await begin(visibility);
    await request(socket, 'chat:join', { channel: name() });
    const nonce = crypto.randomUUID();
    await request(socket, 'chat:send', { channel: name(), nonce, text: 'among ourselves' });
    // Without real media, the chat doesn't assign the message to the broadcast.
    const written = { channel: { name: name() } };
    const db = server.app.get(PrismaService);
    await db.chatMessage.updateMany({ where: written, data: { broadcastId: id } });
    await request(socket, 'publisher:end', { channel: name() });
    await longOver();
    await expect.poll(() => channelFor(guest), SOON).toBe(200);
    return id;
  };

  it('stays hidden from others, with its messages', async () => {
    const id = await over('private');
    expect(await statusOf(guest, `/api/broadcasts/${id}`)).toBe(404);
    expect(await statusOf(guest, `/api/broadcasts/${id}/chat`)).toBe(404);
    expect(await statusOf(member, `/api/broadcasts/${id}/chat`)).toBe(200);
    const list = await guest.get(`/api/channels/${name()}/broadcasts`);
    expect((list.body as BroadcastView[]).map((one) => one.id)).not.toContain(id);
    const [stranger, friend] = [await connect(guest), await connect(member)];
    const forOthers = await request(stranger, 'chat:join', { channel: name() });
    expect(forOthers.messages).toMatchObject([{ seq: 1, text: '', deleted: true }]);
    const forMembers = await request(friend, 'chat:join', { channel: name() });
    expect(forMembers.messages).toMatchObject([{ seq: 1, text: 'among ourselves' }]);
  });

  it('is not quoted to others by replies, pins or undo', async () => {
    await over('private');
    const channel = name();
    const [stranger, moderator] = [await connect(guest), await connect(owner)];
    for (const socket of [stranger, moderator]) await request(socket, 'chat:join', { channel });
    const told: string[] = [];
    stranger.onAny((event, payload) => told.push(JSON.stringify([event, payload])));
    const said = { channel, nonce: crypto.randomUUID(), text: 'what was that?' };
    const answer = { ...said, guestName: 'Gus', replyToSeq: 1 };
    expect((await refusal(stranger, 'chat:send', answer)).code).toBe('message_not_found');
    await request(moderator, 'chat:pin', { channel, seq: 1 });
    await request(moderator, 'chat:delete', { channel, seq: 1 });
    await request(moderator, 'chat:restore', { channel, seq: 1 });
    // The last message also arrives last.
    await request(stranger, 'chat:send', { ...said, guestName: 'Gus' });
    await expect.poll(() => told.join(), SOON).toContain('what was that?');
    expect(told.join()).toContain('chat:pinned');
    expect(told.join()).toContain('chat:restored');
    expect(told.join()).not.toContain('among ourselves');
  });

  it('can be made public', async () => {
    const id = await over('private');
    await change(id, 'public');
    expect(await statusOf(guest, `/api/broadcasts/${id}`)).toBe(200);
    const socket = await connect(guest);
    const { messages } = await request(socket, 'chat:join', { channel: name() });
    expect(messages).toMatchObject([{ text: 'among ourselves' }]);
  });
});
