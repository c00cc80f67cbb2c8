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
import { addressHash } from '../../src/auth/address-hash.js';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { HlsService } from '../../src/hls/hls.service.js';
import { Secrets } from '../../src/secrets/secrets.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { type ClientSocket, disconnected, next, openSocket, request } from '../support/sockets.js';
import { stopClock } from '../support/stop-clock.js';
import { useServer } from '../support/fixtures/use-server.js';

const PASSWORD = 'open sesame';
const PICTURE = { jpeg: new Uint8Array([1, 2, 3]), version: 'v1' };
const WAIT = { timeout: 30_000 };

const server = useServer();
let db: PrismaService;
let owner: HttpClient;
let count = 0;
const sockets: ClientSocket[] = [];

beforeAll(async () => {
  db = server.app.get(PrismaService);
  owner = await loggedIn(server.url, 'owner');
  // Makes every channel appear to be live and to have a thumbnail.
  vi.spyOn(server.app.get(HlsService), 'find').mockReturnValue({
    run: null,
    state: 'preparing',
    thumbnail: PICTURE,
  });
});
beforeEach(async () => {
  count += 1;
  await owner.post('/api/channels', { name: name() });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await owner.request('DELETE', `/api/channels/${name()}`, { body: {} });
});
afterAll(async () => {
  vi.restoreAllMocks();
});

const name = () => `channel-${count}`;
const change = async (body: object) => {
  const { status } = await owner.request('PATCH', `/api/channels/${name()}/access`, { body });
  expect(status).toBe(200);
};
const channelId = async () => (await db.channel.findUniqueOrThrow({ where: { name: name() } })).id;
const accountId = async (username: string) =>
  (await db.account.findUniqueOrThrow({ where: { username } })).id;

const cookieOf = ({ cookies }: HttpClient) =>
  [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');

/** Starts to watch and chat over a socket, and to play HLS. */
async function watch(who: HttpClient) {
  const cookie = cookieOf(who);
  const socket = await openSocket(server.url, cookie === '' ? {} : { cookie });
  sockets.push(socket);
  const { hls } = await request(socket, 'viewer:join', { channel: name() });
  await request(socket, 'chat:join', { channel: name() });
  const picture = `${server.url}${hls.replace('index.m3u8', 'thumbnail.jpg')}`;
  const fetched = async () => (await fetch(picture)).status;
  expect(await fetched()).toBe(200);
  return { socket, closed: next(socket, 'channel:closed'), gone: disconnected(socket), fetched };
}

/** Resolves with the code that the viewer received, once the socket and HLS are closed to them. */
async function cut({ closed, gone, fetched }: Awaited<ReturnType<typeof watch>>): Promise<string> {
  const [{ code }] = await closed;
  await gone;
  // 403: the response to a thumbnail request without a token says what is required, as pages do.
  await expect.poll(fetched, WAIT).toBeOneOf([403, 404]);
  return code;
}

const newMember = async (username: string) => {
  const member = await loggedIn(server.url, username);
  await change({ visibility: 'private' });
  await owner.request('PUT', `/api/channels/${name()}/members/${username}`, { body: {} });
  return member;
};

const unlocked = async (who: HttpClient) => {
  const { status } = await who.post(`/api/channels/${name()}/unlock`, { password: PASSWORD });
  expect(status).toBe(204);
  return who;
};

// Changes through the API apply at once. access-memory.test.ts covers changes made only in the
// database.
describe('a viewer is cut off', () => {
  it('when a public channel becomes private', async () => {
    const viewer = await watch(new HttpClient(server.url));
    await change({ visibility: 'private' });
    expect(await cut(viewer)).toBe('channel_not_found');
    const liveChannels = server.app.get(LiveChannels);
    await expect.poll(async () => liveChannels.viewers(await channelId())).toBe(0);
  });

  it('when a password is set, and when it is changed', async () => {
    const guest = new HttpClient(server.url);
    const before = await watch(guest);
    await change({ visibility: 'password', password: PASSWORD });
    expect(await cut(before)).toBe('password_required');
    const after = await watch(await unlocked(guest));
    await change({ visibility: 'password', password: 'another one' });
    expect(await cut(after)).toBe('password_required');
  });

  it('when the current broadcast becomes password-protected or private', async () => {
    await change({ visibility: 'password', password: PASSWORD });
    await change({ visibility: 'public' });
    const studio = await openSocket(server.url, { cookie: cookieOf(owner) });
    sockets.push(studio);
    const { broadcast } = await request(studio, 'publisher:start', { channel: name() });
    const narrow = async (visibility: string) => {
      const path = `/api/broadcasts/${broadcast.id}`;
      expect((await owner.request('PATCH', path, { body: { visibility } })).status).toBe(200);
    };
    const guest = new HttpClient(server.url);
    const before = await watch(guest);
    await narrow('password');
    expect(await cut(before)).toBe('password_required');
    const after = await watch(await unlocked(guest));
    await narrow('private');
    expect(await cut(after)).toBe('channel_not_found');
    expect(studio.connected).toBe(true);
  });

  it('when their account is removed from the list', async () => {
    const viewer = await watch(await newMember('removed'));
    await owner.request('DELETE', `/api/channels/${name()}/members/removed`, { body: {} });
    expect(await cut(viewer)).toBe('channel_not_found');
  });

  it('when their account is disabled, no matter by whom', async () => {
    const viewer = await watch(await newMember('disabled'));
    await db.account.update({ where: { username: 'disabled' }, data: { disabledAt: new Date() } });
    expect(await cut(viewer)).toBe('channel_not_found');
  });

  it('when their account is disabled, even if they entered the password', async () => {
    await change({ visibility: 'password', password: PASSWORD });
    const viewer = await watch(await unlocked(await loggedIn(server.url, 'disabled-2')));
    await db.account.update({
      where: { username: 'disabled-2' },
      data: { disabledAt: new Date() },
    });
    expect(await cut(viewer)).toBe('channel_not_found');
  });

  it('when they are banned, with an account or as a guest', async () => {
    await change({ visibility: 'password', password: PASSWORD });
    const account = await watch(await unlocked(await loggedIn(server.url, 'banned')));
    const device = await unlocked(new HttpClient(server.url));
    const guest = await watch(device);
    const ban = {
      channelId: await channelId(),
      bannedById: await accountId('owner'),
      name: 'someone',
    };
    await db.chatBan.createMany({
      data: [
        { ...ban, accountId: await accountId('banned') },
        { ...ban, guestId: device.cookies.get('onair_guest')!.split('.')[0]! },
      ],
    });
    expect(await Promise.all([cut(account), cut(guest)])).toEqual([
      'channel_not_found',
      'channel_not_found',
    ]);
  });

  it('but not the owner, other members, or a timed-out viewer', async () => {
    const stays = await newMember('stays');
    const goes = await watch(await newMember('goes'));
    const others = await Promise.all([watch(owner), watch(stays)]);
    await db.chatBan.create({
      data: {
        channelId: await channelId(),
        accountId: await accountId('stays'),
        bannedById: await accountId('owner'),
        name: 'stays',
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    await owner.request('DELETE', `/api/channels/${name()}/members/goes`, { body: {} });
    expect(await cut(goes)).toBe('channel_not_found');
    for (const other of others) {
      expect(other.socket.connected).toBe(true);
      expect(await other.fetched()).toBe(200);
    }
  });
});

describe('an HLS URL', () => {
  it('remains valid after its channel becomes public', async () => {
    const viewer = await watch(await newMember('early'));
    await change({ visibility: 'public' });
    expect(await viewer.fetched()).toBe(200);
    expect(viewer.socket.connected).toBe(true);
  });
});

describe('a channel password', () => {
  it('can be guessed ten times from one address, then not for a while', async () => {
    onTestFinished(stopClock());
    await change({ visibility: 'password', password: PASSWORD });
    const guesser = new HttpClient(server.url);
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 13; n += 1) {
      const { error } = await guesser.post(`/api/channels/${name()}/unlock`, { password: `x${n}` });
      codes.push(error?.code);
    }
    expect(codes.filter((code) => code === 'wrong_password')).toHaveLength(10);
    const right = await guesser.post(`/api/channels/${name()}/unlock`, { password: PASSWORD });
    expect(right).toMatchObject({ status: 429, error: { code: 'rate_limited' } });
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('keeps out a banned guest’s other devices for a day, but not accounts', async () => {
    await change({ visibility: 'password', password: PASSWORD });
    const hash = addressHash(server.app.get(Secrets), '127.0.0.1');
    const ban = await db.chatBan.create({
      data: {
        channelId: await channelId(),
        guestId: 'troll',
        name: 'troll',
        bannedById: await accountId('owner'),
        addressHashes: [new Uint8Array(Buffer.from(hash, 'base64url'))],
      },
    });
    const guess = { password: PASSWORD };
    const enter = async (who: HttpClient) =>
      (await who.post(`/api/channels/${name()}/unlock`, guess)).status;
    // The ban was written directly to the database, so it takes a few seconds to apply.
    await expect.poll(() => enter(new HttpClient(server.url)), WAIT).toBe(404);
    expect(await enter(await loggedIn(server.url, 'neighbour'))).toBe(204);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await db.chatBan.update({ where: { id: ban.id }, data: { createdAt: yesterday } });
    await expect.poll(() => enter(new HttpClient(server.url)), WAIT).toBe(204);
  });

  it('is retained while the channel is public, and can be restored', async () => {
    expect(
      (
        await owner.request('PATCH', `/api/channels/${name()}/access`, {
          body: { visibility: 'password' },
        })
      ).error,
    ).toMatchObject({ code: 'bad_request', issues: [{ path: 'password' }] });
    await change({ visibility: 'password', password: PASSWORD });
    await change({ visibility: 'unlisted' });
    const guest = new HttpClient(server.url);
    expect((await guest.get(`/api/channels/${name()}`)).status).toBe(200);
    await change({ visibility: 'password' });
    expect((await guest.get(`/api/channels/${name()}`)).error?.code).toBe('password_required');
  });
});
