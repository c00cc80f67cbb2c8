import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, pathWithin, setBasePath } from './base-path.js';

describe('with a base path', () => {
  beforeEach(() => setBasePath('/live'));
  afterEach(() => setBasePath(''));

  it('adds the base path to URLs and removes it from their paths', () => {
    expect(at('/studio')).toBe('/live/studio');
    expect(['/live/tea', '/live/', '/live'].map(pathWithin)).toEqual(['/tea', '/', '/']);
  });
});
