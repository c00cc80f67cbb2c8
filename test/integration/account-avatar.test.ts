import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { AccountView } from '../../src/protocol/account.js';
import { type HttpClient, loggedIn } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

const RED = { r: 220, g: 20, b: 20 };
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: RED } });

describe('an account’s avatar', () => {
  const server = useServer();
  let count = 0;
  const someone = () => loggedIn(server.url, `face-${(count += 1)}`);

  /** Uploads bytes with the given content type. */
  async function put(client: HttpClient, body: Uint8Array<ArrayBuffer>, type = 'image/png') {
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${server.url}/api/account/avatar`, {
      method: 'PUT',
      headers: { 'content-type': type, cookie },
      body,
    });
    const answer = (await response.json()) as AccountView & { error?: { code: string } };
    return { status: response.status, body: answer, code: answer.error?.code };
  }
  const bytes = (buffer: Buffer) => new Uint8Array(buffer);
  async function shown(path: string | null) {
    const response = await fetch(`${server.url}${path}`);
    return { response, image: Buffer.from(await response.arrayBuffer()) };
  }

  it.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'is decoded, cropped to a square and encoded again: %s',
    async (format) => {
      const sent = bytes(await picture(800, 300).toFormat(format).toBuffer());
      const { status, body } = await put(await someone(), sent, `image/${format}`);
      expect(status).toBe(200);
      expect(body.avatar).toMatch(/^\/avatars\/[\w-]{22}\.webp$/);
      const { response, image } = await shown(body.avatar);
      expect(response.headers.get('content-type')).toBe('image/webp');
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(await sharp(image).metadata()).toMatchObject({
        format: 'webp',
        width: 256,
        height: 256,
      });
      const { dominant } = await sharp(image).stats();
      expect(dominant.r).toBeGreaterThan(200);
    },
  );

  it('loses everything invisible: its location and trailing data', async () => {
    const tagged = await picture(64, 64)
      .jpeg()
      .withExif({ IFD0: { ImageDescription: 'my street' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .toBuffer();
    const sent = bytes(Buffer.concat([tagged, Buffer.from('<script>alert(1)</script>')]));
    const { body } = await put(await someone(), sent, 'image/jpeg');
    const { image } = await shown(body.avatar);
    expect(image.includes('my street')).toBe(false);
    expect(image.includes('script')).toBe(false);
    expect((await sharp(image).metadata()).exif).toBeUndefined();
  });

  it('has a new URL when it changes, and none after it is removed', async () => {
    const client = await someone();
    const sent = bytes(await picture(64, 64).png().toBuffer());
    const first = (await put(client, sent)).body.avatar;
    const second = (await put(client, sent)).body.avatar;
    expect(second).not.toBe(first);
    expect((await shown(first)).response.status).toBe(404);
    const { body } = await client.request('DELETE', '/api/account/avatar', {});
    expect(body).toMatchObject({ avatar: null });
    expect((await shown(second)).response.status).toBe(404);
  });

  it.each([
    ['text', new TextEncoder().encode('not a picture')],
    ['nothing', new Uint8Array(0)],
    ['SVG', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"></svg>')],
  ])('cannot be %s, whatever its declared type', async (_what, sent) => {
    const { status, code } = await put(await someone(), sent);
    expect({ status, code }).toEqual({ status: 422, code: 'picture_refused' });
  });

  it('cannot be truncated', async () => {
    const whole = await picture(500, 500).jpeg().toBuffer();
    const { code } = await put(await someone(), bytes(whole.subarray(0, 400)), 'image/jpeg');
    expect(code).toBe('picture_refused');
  });

  it('is limited in pixels, because even a small file can have many', async () => {
    const bomb = bytes(await picture(16_000, 16_000).png({ compressionLevel: 9 }).toBuffer());
    expect(bomb.length).toBeLessThan(2_000_000);
    expect((await put(await someone(), bomb)).code).toBe('picture_refused');
  });

  it('is limited in bytes', async () => {
    const client = await someone();
    const { status, code } = await put(client, new Uint8Array(5 * 1024 * 1024 + 1));
    expect({ status, code }).toEqual({ status: 413, code: 'payload_too_large' });
  });

  it.each(['image/svg+xml', 'image/tiff', 'application/octet-stream'])(
    'is rejected as %s',
    async (type) => {
      const { code } = await put(await someone(), new Uint8Array([1, 2, 3]), type);
      expect(code).toBe('unsupported_media_type');
    },
  );

  it('cannot be changed by a visitor who is not logged in', async () => {
    const response = await fetch(`${server.url}/api/account/avatar`, {
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array([1]),
    });
    expect(response.status).toBe(401);
  });

  it.each([
    'x',
    'x.webp',
    '..%2f..%2fetc%2fpasswd',
    `${'A'.repeat(22)}.webp`,
    `${'A'.repeat(22)}.png`,
  ])('is not found at /avatars/%s', async (file) => {
    expect((await shown(`/avatars/${file}`)).response.status).toBe(404);
  });
});
