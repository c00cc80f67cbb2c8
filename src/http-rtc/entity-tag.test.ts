import { describe, expect, it } from 'vitest';
import { matchEntityTag, newEntityTag } from './entity-tag.js';

describe('the ETag of an ICE session', () => {
  it('is strong, quoted and unique', () => {
    expect(newEntityTag()).toMatch(/^"[\w-]+"$/);
    expect(newEntityTag()).not.toBe(newEntityTag());
  });

  it.each([
    ['"a"', 'this'],
    ['"b", "a"', 'this'],
    ['*', 'any'],
    ['"*"', 'any'],
  ])('matches If-Match: %s as %s', (ifMatch, match) => {
    expect(matchEntityTag(ifMatch, '"a"')).toBe(match);
  });

  it.each([
    [undefined, 'precondition_required'],
    [' ', 'precondition_required'],
    ['"b"', 'precondition_failed'],
    ['W/"a"', 'precondition_failed'],
    ['a', 'precondition_failed'],
  ])('does not match If-Match: %s', (ifMatch, code) => {
    expect(() => matchEntityTag(ifMatch, '"a"')).toThrow(expect.objectContaining({ code }));
  });
});
