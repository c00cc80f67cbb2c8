import { describe, expect, it } from 'vitest';
import { at, setBasePath } from '../../client/base-path.js';
import { loginAddress, nextPath } from './next.js';

const origin = 'https://onair.example';

describe('nextPath', () => {
  it('keeps a path of this origin, with its query', () => {
    expect(nextPath('?next=%2Fstudio%3Fchannel%3Dada', origin)).toBe('/studio?channel=ada');
  });

  it.each([
    ['another origin', '?next=https://evil.example/'],
    ['a protocol-relative URL', '?next=//evil.example'],
    ['a backslash that browsers read as a slash', '?next=/%5Cevil.example'],
    ['a tab that browsers drop', '?next=/%09/evil.example'],
    ['a script', '?next=javascript:alert(1)'],
    ['nothing', ''],
  ])('rejects %s', (_what, search) => {
    expect(nextPath(search, origin)).toBe('/');
  });
});

describe('loginAddress', () => {
  it('returns to the current page', () => {
    const address = loginAddress({ pathname: '/ada', search: '?t=1' });
    expect(nextPath(new URL(address, origin).search, origin)).toBe('/ada?t=1');
  });

  it('omits the destination on the directory', () => {
    expect(loginAddress({ pathname: '/', search: '' })).toBe('/login');
  });

  it('returns to the current page under a base path', () => {
    setBasePath('/live');
    try {
      const address = loginAddress({ pathname: '/live/ada', search: '?t=1' });
      expect(address).toMatch(/^\/live\/login\?/);
      expect(at(nextPath(new URL(address, origin).search, origin))).toBe('/live/ada?t=1');
    } finally {
      setBasePath('');
    }
  });
});
