import { describe, expect, it } from 'vitest';
import { addBase, withoutBase } from './base-path.js';

describe('withoutBase', () => {
  it.each([
    ['/live', '/'],
    ['/live/', '/'],
    ['/live?q=tea', '/?q=tea'],
    ['/live/tea', '/tea'],
    ['/live/live', '/live'],
    ['/live/hls/tea/index.m3u8?_HLS_msn=1', '/hls/tea/index.m3u8?_HLS_msn=1'],
    ['/healthz', '/healthz'],
  ])('reduces %s to %s', (url, inside) => expect(withoutBase(url, '/live')).toBe(inside));

  it.each(['/', '/tea', '/lively', '/LIVE/tea', '/%6cive/tea', '/api/me', '', '*'])(
    'returns null for %j',
    (url) => expect(withoutBase(url, '/live')).toBeNull(),
  );

  it('changes nothing without a base path', () => {
    expect(withoutBase('/live/tea', '')).toBe('/live/tea');
  });
});

describe('addBase', () => {
  const changed = (name: string, value: string | string[]) => {
    const headers = new Map([[name, value]]);
    addBase(
      { getHeader: (key) => headers.get(key), header: (key, to) => void headers.set(key, to) },
      '/live',
    );
    return headers.get(name);
  };

  it('adds the base path to the server’s own addresses only', () => {
    expect(changed('location', '/whip/tea/1')).toBe('/live/whip/tea/1');
    expect(changed('location', 'https://provider.example/')).toBe('https://provider.example/');
    expect(changed('location', '//elsewhere.example/')).toBe('//elsewhere.example/');
    expect(changed('link', ['<stun:a:1>; rel="ice-server"', '</whep/tea/1/sse>; rel="x"'])).toEqual(
      ['<stun:a:1>; rel="ice-server"', '</live/whep/tea/1/sse>; rel="x"'],
    );
  });
});
