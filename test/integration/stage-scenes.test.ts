import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { STAGE_ASSETS_MAX } from '../../src/protocol/limits.js';
import type { Scene, SceneList, StageAsset } from '../../src/protocol/scene.js';
import { api, type Person, register, registerWithChannel } from '../support/people.js';
import { useServer } from '../support/fixtures/use-server.js';

const server = useServer();
let ann: Person;
let eve: Person;
const SCENES = '/channels/ann/stage/scenes';
const ASSETS = '/channels/ann/stage/assets';

const scene = (changes: Partial<Scene> = {}): Scene => ({
  id: randomUUID(),
  name: 'Interview',
  layout: 'side-by-side',
  background: { color: '#102030', asset: null },
  accent: '#ff8800',
  names: true,
  logo: null,
  ticker: '',
  fullscreen: null,
  ...changes,
});
const picture = (width: number, height: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r: 220, g: 20, b: 20, alpha } } });

type Answer<T> = Readonly<{
  status: number;
  body: T & { error?: { code: string; message: string } };
}>;

async function upload(
  bytes: Uint8Array,
  { type = 'image/png', query = '', who = ann, path = ASSETS } = {},
): Promise<Answer<StageAsset>> {
  const response = await fetch(`${server.url}/api${path}${query}`, {
    method: 'POST',
    headers: { 'content-type': type, cookie: who.cookie },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: (await response.json()) as never };
}

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  eve = await register(server.url, 'eve');
});

describe('the scenes of a channel', () => {
  const get = (who = ann) => api<SceneList>(server.url, who, 'GET', SCENES);
  const put = (list: object, who = ann) => api<SceneList>(server.url, who, 'PUT', SCENES, list);

  it('are stored as a whole, for the owner only', async () => {
    expect(await get()).toEqual({ format: 'wide', scenes: [] });
    const list = { format: 'vertical', scenes: [scene(), scene({ name: 'Screen' })] };
    expect(await put(list)).toEqual(list);
    expect(await get()).toEqual(list);
    expect(await put({ ...list, scenes: [] })).toEqual({ format: 'vertical', scenes: [] });
    for (const attempt of [get(eve), put(list, eve)])
      await expect(attempt).rejects.toThrow('forbidden');
  });

  it.each([
    ['not a list', { scenes: {} }],
    ['an unknown layout', { scenes: [scene({ layout: 'carousel' as never })] }],
    ['a color that is a style', { scenes: [scene({ accent: 'red; --x: url(//evil)' })] }],
    ['an address instead of a picture', { scenes: [scene({ fullscreen: 'https://evil' })] }],
    ['unknown fields', { scenes: [{ ...scene(), script: 'alert(1)' }] }],
    ['too many scenes', { scenes: Array.from({ length: 31 }, () => scene()) }],
  ])('are refused if they aren’t what they say: %s', async (_what, list) => {
    await expect(put({ format: 'wide', ...list })).rejects.toThrow('bad_request');
  });
});

describe('a picture for scenes', () => {
  const list = (who = ann) => api<StageAsset[]>(server.url, who, 'GET', ASSETS);
  const fetchPicture = (id: string, who = ann) =>
    fetch(`${server.url}/api${ASSETS}/${id}`, { headers: { cookie: who.cookie } });

  it('is scaled down and re-encoded with its transparency, and stored until it is deleted', async () => {
    const sent = await picture(4_000, 1_000, 0.5).png().toBuffer();
    const { status, body } = await upload(sent, { query: '?name=Sky' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Sky', kind: 'picture', width: 1_920, height: 480 });
    expect(await list()).toEqual([body]);
    const response = await fetchPicture(body.id);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(body.bytes);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', hasAlpha: true });
    expect((await fetchPicture(body.id, eve)).status).toBe(403);
    await expect(list(eve)).rejects.toThrow('forbidden');
    await api(server.url, ann, 'DELETE', `${ASSETS}/${body.id}`);
    expect((await fetchPicture(body.id)).status).toBe(404);
    expect(await list()).toEqual([]);
  });

  it('isn’t enlarged', async () => {
    const { body } = await upload(await picture(64, 32).webp().toBuffer(), { type: 'image/webp' });
    expect(body).toMatchObject({ name: '', width: 64, height: 32 });
    await api(server.url, ann, 'DELETE', `${ASSETS}/${body.id}`);
  });

  it('belongs to one channel', async () => {
    const tim = await registerWithChannel(server.url, 'tim');
    const { body } = await upload(await picture(8, 8).png().toBuffer());
    const path = `/channels/tim/stage/assets/${body.id}`;
    await expect(api(server.url, tim, 'DELETE', path)).rejects.toThrow('not_found');
    await api(server.url, ann, 'DELETE', `${ASSETS}/${body.id}`);
  });

  it.each([
    ['text', async () => Buffer.from('not a picture'), 'image/png', 'picture_refused', /JPEG, PNG/],
    [
      'SVG',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'image/png',
      'picture_refused',
      /JPEG, PNG/,
    ],
    [
      '100 megapixels',
      () => picture(10_000, 10_000).png().toBuffer(),
      'image/png',
      'picture_refused',
      /24 million pixels/,
    ],
    [
      'more than 8 MB',
      async () => Buffer.alloc(8 * 1024 * 1024 + 1),
      'image/jpeg',
      'payload_too_large',
      /8 MB/,
    ],
    ['JSON', async () => Buffer.from('{}'), 'application/json', 'unsupported_media_type', /JPEG/],
  ] as const)('is refused if it is %s', async (_what, make, type, code, message) => {
    const { body } = await upload(await make(), { type });
    expect(body.error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await list()).toEqual([]);
  });

  it('is limited in number', async () => {
    const max = await registerWithChannel(server.url, 'max');
    const path = '/channels/max/stage/assets';
    const sent = await picture(8, 8).png().toBuffer();
    for (let n = 0; n < STAGE_ASSETS_MAX; n += 1) await upload(sent, { who: max, path });
    const { status, body } = await upload(sent, { who: max, path });
    expect({ status, code: body.error?.code }).toEqual({ status: 409, code: 'stage_limit' });
  });
});
