import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, pathWithin, setBasePath } from './base-path.js';

describe('under a path', () => {
  beforeEach(() => setBasePath('/live'));
  afterEach(() => setBasePath(''));

  it('addresses begin with it, and paths within the service don’t', () => {
    expect(at('/studio')).toBe('/live/studio');
    expect(['/live/tea', '/live/', '/live'].map(pathWithin)).toEqual(['/tea', '/', '/']);
  });
});
