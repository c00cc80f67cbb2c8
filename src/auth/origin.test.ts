import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/read-config.js';
import { isAllowedOrigin, mayChangeState } from './origin.js';

const { http } = readConfig({
  PUBLIC_URL: 'https://live.example.org',
  ALLOWED_ORIGINS: 'https://partner.example.com',
});

describe('isAllowedOrigin', () => {
  it.each([
    ['the public address', 'https://live.example.org', '10.0.0.1:8080'],
    ['the host of the request', 'http://10.0.0.1:8080', '10.0.0.1:8080'],
    ['the host in capitals', 'http://box.local:8080', 'BOX.local:8080'],
    ['an allowed origin', 'https://partner.example.com', 'live.example.org'],
    ['no origin at all', undefined, 'live.example.org'],
  ])('accepts %s', (_what, origin, host) => {
    expect(isAllowedOrigin(origin, host, http)).toBe(true);
  });

  it.each([
    ['another site', 'https://evil.example'],
    ['a site with the same beginning', 'https://live.example.org.evil.example'],
    ['a site with the same end', 'https://evil-live.example.org'],
    ['another port of the public host', 'https://live.example.org:444'],
    ['an allowed host without TLS', 'http://partner.example.com'],
    ['a sandboxed frame', 'null'],
    ['an extension', 'chrome-extension://live.example.org'],
    ['an invalid address', '%%'],
  ])('rejects %s', (_what, origin) => {
    expect(isAllowedOrigin(origin, '10.0.0.1:8080', http)).toBe(false);
  });
});

describe('mayChangeState', () => {
  const post = {
    method: 'POST',
    origin: undefined,
    host: 'live.example.org',
    fetchSite: undefined,
  };

  it('accepts requests without an origin, such as those that programs send', () => {
    expect(mayChangeState(post, http)).toBe(true);
  });

  it('rejects changes that the browser marks as cross-site', () => {
    expect(mayChangeState({ ...post, fetchSite: 'cross-site' }, http)).toBe(false);
  });

  it('accepts reads from any site', () => {
    const get = { ...post, method: 'GET', origin: 'https://evil.example', fetchSite: 'cross-site' };
    expect(mayChangeState(get, http)).toBe(true);
  });
});
