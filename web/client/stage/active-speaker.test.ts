import { describe, expect, it } from 'vitest';
import { nextSpeaker, NO_SPEAKER } from './active-speaker.js';

/**
 * Returns the speaker at each 100 ms step. Each entry lists who is speaking then, loudest first.
 */
function speakersOf(moments: readonly string[]): (string | null)[] {
  let state = NO_SPEAKER;
  return moments.map((speaking, at) => {
    const people = speaking.split(' ').filter(Boolean);
    state = nextSpeaker(state, { speaking: people, nowMs: at * 100 });
    return state.speaker;
  });
}

const during = (moments: number, speaking: string) =>
  Array.from({ length: moments }, () => speaking);

describe('nextSpeaker', () => {
  it('starts with the first person who speaks, and keeps them during silence', () => {
    expect(speakersOf(['', 'ann', '', ...during(50, '')]).at(-1)).toBe('ann');
    expect(speakersOf(['', ''])).toEqual([null, null]);
  });

  it('changes to someone who keeps speaking while the speaker is silent', () => {
    expect(speakersOf([...during(30, 'ann'), ...during(7, 'bob')]).at(-1)).toBe('bob');
  });

  it('ignores a cough, and anyone who talks over the speaker', () => {
    const cough = [...during(30, 'ann'), ...during(4, 'bob'), ...during(40, '')];
    expect(speakersOf(cough)).not.toContain('bob');
    expect(speakersOf([...during(30, 'ann'), ...during(60, 'bob ann')])).not.toContain('bob');
  });

  it('shows a new speaker for a while before the next change', () => {
    const speakers = speakersOf([
      ...during(30, 'ann'),
      ...during(10, 'bob'),
      ...during(60, 'cleo'),
    ]);
    const changes = speakers.flatMap((each, at) => (each === speakers[at - 1] ? [] : [at]));
    expect(new Set(speakers)).toEqual(new Set(['ann', 'bob', 'cleo']));
    for (const [at, change] of changes.entries()) {
      expect(change - (changes[at - 1] ?? -100)).toBeGreaterThanOrEqual(25);
    }
  });
});
