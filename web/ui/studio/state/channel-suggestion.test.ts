import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { USERNAME_PATTERN } from '../../../../src/protocol/limits.js';
import { channelNameProblem, nextChannelName, suggestChannelName } from './channel-suggestion.js';

describe('suggestChannelName', () => {
  it.each([
    ['ada', 'ada'],
    ['ada_lovelace', 'ada-lovelace'],
    ['studio', 'studio-tv'],
    ['a__b', 'a-b'],
    ['a_', 'a-tv'],
  ])('turns %s into %s', (username, name) => {
    expect(suggestChannelName(username)).toBe(name);
  });

  it('suggests a valid name for every username', () => {
    fc.assert(
      fc.property(fc.stringMatching(USERNAME_PATTERN), (username) => {
        expect(channelNameProblem(suggestChannelName(username))).toBeUndefined();
      }),
    );
  });
});

describe('nextChannelName', () => {
  it('increments the number', () => {
    expect(nextChannelName('ada')).toBe('ada-2');
    expect(nextChannelName('ada-2')).toBe('ada-3');
  });

  it('stays within the maximum length', () => {
    const next = nextChannelName('a'.repeat(30));
    expect(next).toHaveLength(30);
    expect(channelNameProblem(next)).toBeUndefined();
  });
});

describe('channelNameProblem', () => {
  it.each([
    ['ab', /at least 3/],
    ['Ada', /letters/],
    ['a b c', /letters/],
    ['login', /reserved/],
  ])('rejects %s', (name, problem) => {
    expect(channelNameProblem(name)).toMatch(problem);
  });
});
