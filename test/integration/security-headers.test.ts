import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

const webRoot = resolve('test/fixtures/web');

/** Parses a policy into its directives, by name. */
function directivesOf(header: string | null): Record<string, string> {
  return Object.fromEntries(
    (header ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ');
      return [name, sources.join(' ')];
    }),
  );
}

describe('security headers', () => {
  const server = useServer({ webRoot, overrides: { PUBLIC_URL: 'https://live.example.org' } });
  let visitor: HttpClient;

  beforeAll(async () => {
    visitor = new HttpClient(server.url);
    const ann = await loggedIn(server.url, 'ann');
    await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
  });

  const headersOf = async (path: string) => (await visitor.get(path)).headers;

  it.each([
    '/',
    '/tea',
    '/embed/tea',
    '/studio',
    '/nobody',
    '/favicon.svg',
    '/assets/page-B00i09Q3.js',
    '/assets/none.js',
    '/api/channels',
    '/api/me',
    '/api/nothing',
    '/healthz',
    '/metrics',
    '/%zz',
    '/socket.io',
  ])('are complete at %s', async (path) => {
    const headers = await headersOf(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('permissions-policy')).toContain('geolocation=()');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|https?:|script-src [^;]*(\*|data:|blob:)/);
    expect(directivesOf(policy)).toMatchObject({ 'base-uri': "'none'", 'object-src': "'none'" });
  });

  it.each(['/', '/tea', '/studio', '/login', '/nobody', '/api/channels', '/favicon.svg', '/%zz'])(
    'prevent framing of %s',
    async (path) => {
      const headers = await headersOf(path);
      const { 'frame-ancestors': ancestors } = directivesOf(headers.get('content-security-policy'));
      expect(ancestors).toBe("'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    },
  );

  it.each(['/embed/tea', '/embed/nobody'])('allow framing of %s', async (path) => {
    const headers = await headersOf(path);
    const { 'frame-ancestors': ancestors } = directivesOf(headers.get('content-security-policy'));
    expect(ancestors).toBe('*');
    expect(headers.get('x-frame-options')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('permissions-policy')).toMatch(/\bcamera=\(\).*\bmicrophone=\(\)/);
  });

  it('allow a page to load only what the service serves', async () => {
    const policy = directivesOf((await headersOf('/tea')).get('content-security-policy'));
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'worker-src': "'self' blob:",
      'media-src': "'self' blob:",
      'form-action': "'self'",
    });
  });

  it('allow the inline scripts of the build by their hashes, and nothing else inline', async () => {
    const { headers, body } = await visitor.get('/');
    const [, code = ''] = /<script>(.*?)<\/script>/s.exec(String(body)) ?? [];
    expect(code).toContain('globalThis.early = true');
    const hash = createHash('sha256').update(code).digest('base64');
    const policy = directivesOf(headers.get('content-security-policy'));
    expect(policy['script-src']).toBe(`'self' 'sha256-${hash}'`);
  });

  it('allow players on other sites to fetch HLS', async () => {
    const headers = await headersOf('/hls/tea/index.m3u8');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('allow other sites to read only HLS', async () => {
    for (const path of ['/', '/tea', '/api/channels', '/api/me', '/metrics', '/favicon.svg']) {
      const { headers } = await visitor.get(path, { headers: { origin: 'https://evil.example' } });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('a service without TLS', () => {
  const server = useServer({ webRoot });

  it('does not ask browsers for TLS', async () => {
    const { headers } = await new HttpClient(server.url).get('/');
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});
