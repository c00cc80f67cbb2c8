import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { PICTURE } from '../support/picture.js';
import { type ClientSocket, openSocket, refusal, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

describe('a server without FFmpeg', () => {
  const test = useServer({
    webRoot: resolve('test/fixtures/web'),
    overrides: { FFMPEG_BIN: '/nowhere/ffmpeg', PUBLIC_URL: 'https://live.example.org' },
  });
  let ann: Person;
  let socket: ClientSocket;

  beforeAll(async () => {
    ann = await registerWithChannel(test.url, 'ann');
    socket = await openSocket(test.url, { cookie: ann.cookie });
  });
  afterAll(async () => {
    socket.disconnect();
  });

  const channel = () => api<ChannelView>(test.url, null, 'GET', '/channels/ann');
  const picture = (path: string) => fetch(`${test.url}${path}`);

  it('accepts a thumbnail from the publisher only', async () => {
    const jpeg = PICTURE.toString('base64');
    expect((await refusal(socket, 'publisher:thumbnail', { jpeg })).code).toBe('not_publishing');
    const started = await request(socket, 'publisher:start', { channel: 'ann' });
    expect(started.thumbnails).toBe(true);
  });

  it('rejects one that is too large, and ignores one that is not an image', async () => {
    const large = Buffer.alloc(41 * 1_024).toString('base64');
    expect((await refusal(socket, 'publisher:thumbnail', { jpeg: large })).code).toBe(
      'bad_request',
    );
    const notBase64 = await refusal(socket, 'publisher:thumbnail', { jpeg: '<script>' });
    expect(notBase64.code).toBe('bad_request');
    await request(socket, 'publisher:thumbnail', { jpeg: Buffer.from('no').toString('base64') });
    expect((await channel()).thumbnail).toBeNull();
    expect((await picture('/hls/ann/thumbnail/0.jpg')).status).toBe(404);
  });

  it('serves it, lists it, and uses it in link previews', async () => {
    await request(socket, 'publisher:thumbnail', { jpeg: PICTURE.toString('base64') });
    const path = (await channel()).thumbnail;
    expect(path).toMatch(/^\/hls\/ann\/thumbnail\/\w+\.jpg$/);
    const served = await picture(path!);
    expect(served.headers.get('content-type')).toBe('image/jpeg');
    expect(served.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PICTURE);
    const page = await (await picture('/ann')).text();
    expect(page).toContain(
      `<meta property="og:image" content="https://live.example.org${path}" />`,
    );
  });

  it('serves the newest one at an outdated URL', async () => {
    const older = await picture('/hls/ann/thumbnail/older.jpg');
    expect(older.headers.get('cache-control')).toBe('no-cache');
    expect(Buffer.from(await older.arrayBuffer())).toEqual(PICTURE);
  });

  it('has none after the broadcast', async () => {
    await request(socket, 'publisher:end', { channel: 'ann' });
    expect((await channel()).thumbnail).toBeNull();
    const gone = await picture('/hls/ann/thumbnail/older.jpg');
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});
