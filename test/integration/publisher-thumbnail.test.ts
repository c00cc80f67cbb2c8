import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { type ClientSocket, openSocket, refusal, request } from '../support/sockets.js';

/** One grey pixel. */
const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////' +
    '////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
);
const PICTURE = Buffer.concat([JPEG, Buffer.from([0xff, 0xd9])]);

describe('a server without FFmpeg', () => {
  let test: TestApp;
  let ann: Person;
  let socket: ClientSocket;

  beforeAll(async () => {
    test = await startTestApp({
      webRoot: resolve('test/fixtures/web'),
      overrides: { FFMPEG_BIN: '/nowhere/ffmpeg', PUBLIC_URL: 'https://live.example.org' },
    });
    ann = await registerWithChannel(test.url, 'ann');
    socket = await openSocket(test.url, { cookie: ann.cookie });
  });
  afterAll(async () => {
    socket.disconnect();
    await test.close();
  });

  const channel = () => api<ChannelView>(test.url, null, 'GET', '/channels/ann');
  const picture = (path: string) => fetch(`${test.url}${path}`);

  it('takes a picture from who publishes only', async () => {
    const jpeg = PICTURE.toString('base64');
    expect((await refusal(socket, 'publisher:thumbnail', { jpeg })).code).toBe('not_publishing');
    const started = await request(socket, 'publisher:start', { channel: 'ann' });
    expect(started.thumbnails).toBe(true);
  });

  it('refuses what is too large, and leaves out what is no picture', async () => {
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

  it('serves it, names it in lists, and previews links with it', async () => {
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

  it('gives the newest picture to who asks for an older one', async () => {
    const older = await picture('/hls/ann/thumbnail/older.jpg');
    expect(older.headers.get('cache-control')).toBe('no-cache');
    expect(Buffer.from(await older.arrayBuffer())).toEqual(PICTURE);
  });

  it('has none any more when the broadcast is over', async () => {
    await request(socket, 'publisher:end', { channel: 'ann' });
    expect((await channel()).thumbnail).toBeNull();
    const gone = await picture('/hls/ann/thumbnail/older.jpg');
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});
