import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, pathWithin, setBasePath } from './base-path.js';
import { loginAddress, nextPath } from '../ui/shell/next.js';

describe('under a path', () => {
  beforeEach(() => setBasePath('/live'));
  afterEach(() => setBasePath(''));

  it('addresses begin with it, and paths within the service don’t', () => {
    expect(at('/studio')).toBe('/live/studio');
    expect(['/live/tea', '/live/', '/live'].map(pathWithin)).toEqual(['/tea', '/', '/']);
  });

  it('a log-in comes back to where one was', () => {
    const address = loginAddress({ pathname: '/live/tea', search: '?t=1' });
    expect(address).toMatch(/^\/live\/login\?/);
    const { search, origin } = new URL(address, 'https://onair.example');
    expect(at(nextPath(search, origin))).toBe('/live/tea?t=1');
  });
});
