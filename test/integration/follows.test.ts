import { beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../support/app.js';
import type { ErrorBody } from '../../src/protocol/error.js';
import type { FollowList } from '../../src/protocol/follow.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

describe.each(databases)('following on %s', (database) => {
  const test = useServer({ database });
  let olivia: HttpClient;
  let milo: HttpClient;
  let visitor: HttpClient;

  beforeAll(async () => {
    [olivia, milo] = await Promise.all([loggedIn(test.url, 'olivia'), loggedIn(test.url, 'milo')]);
    visitor = new HttpClient(test.url);
    for (const name of ['first', 'second', 'third'])
      await olivia.post('/api/channels', { name, title: `about ${name}` });
  });

  const follow = async (client: HttpClient, name: string) =>
    client.request('PUT', `/api/channels/${name}/follow`, {});
  const unfollow = async (client: HttpClient, name: string) =>
    client.request('DELETE', `/api/channels/${name}/follow`, {});
  const listed = async (client: HttpClient) =>
    ((await client.get('/api/follows')).body as FollowList).map(({ channel }) => channel.name);

  it('counts followers, and returns since when', async () => {
    const { body } = await follow(milo, 'first');
    expect(body).toEqual({ since: expect.any(String), followers: 1 });
    expect((await follow(milo, 'first')).body).toEqual(body);
    expect((await milo.get('/api/channels/first/follow')).body).toEqual(body);
    expect((await visitor.get('/api/channels/first/follow')).body).toEqual({
      since: null,
      followers: 1,
    });
    expect((await unfollow(milo, 'first')).body).toEqual({ since: null, followers: 0 });
    expect((await unfollow(milo, 'first')).status).toBe(200);
  });

  it('lists followed channels, latest first', async () => {
    for (const name of ['second', 'third']) await follow(milo, name);
    expect(await listed(milo)).toEqual(['third', 'second']);
    expect(await listed(olivia)).toEqual([]);
    const { body } = await milo.get('/api/follows?limit=1&offset=1');
    expect(body).toMatchObject([{ channel: { name: 'second', title: 'about second' } }]);
  });

  it('omits channels that became private, and lists them again for members', async () => {
    await follow(milo, 'second');
    await olivia.request('PATCH', '/api/channels/second/access', {
      body: { visibility: 'private' },
    });
    expect(await listed(milo)).not.toContain('second');
    expect((await follow(milo, 'second')).error?.code).toBe('channel_not_found');
    await olivia.request('PUT', '/api/channels/second/members/milo', {});
    expect(await listed(milo)).toContain('second');
  });

  it.each<[string, () => HttpClient, string, ErrorBody['code']]>([
    ['without an account', () => visitor, 'first', 'not_logged_in'],
    ['one’s own channel', () => olivia, 'first', 'forbidden'],
    ['a channel that doesn’t exist', () => milo, 'nothing-here', 'channel_not_found'],
  ])('rejects %s', async (_what, client, name, code) => {
    expect((await follow(client(), name)).error?.code).toBe(code);
  });
});
