import { describe, expect, it } from 'vitest';
import { type Move, type MoveEvent, SETTLED, step } from './move.js';

/** Returns the state and the names of all effects after these events. */
function after(...events: MoveEvent[]): { state: Move; effects: string[] } {
  let state = SETTLED;
  const effects: string[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects.map(({ name }) => name));
  }
  return { state, effects };
}

const ASKED: MoveEvent = { name: 'asked' };
const OPENED: MoveEvent = { name: 'opened', attempt: 1 };
const CALLED_OFF: MoveEvent = { name: 'called-off' };
const FAILED: MoveEvent = { name: 'failed', attempt: 1 };

describe('a move', () => {
  it('opens a second link, joins over it, and then switches', () => {
    expect(after(ASKED).effects).toEqual(['open']);
    expect(after(ASKED, OPENED).effects).toEqual(['open', 'prepare']);
    const { state, effects } = after(ASKED, OPENED, { name: 'prepared', attempt: 1 });
    expect(effects).toEqual(['open', 'prepare', 'switch']);
    expect(state).toEqual(SETTLED);
  });

  it('happens once, however often it is requested', () => {
    expect(after(ASKED, ASKED, OPENED, ASKED).effects).toEqual(['open', 'prepare']);
  });

  it.each([
    ['the second link reaches the same node again', [ASKED, FAILED]],
    ['joining over it fails', [ASKED, OPENED, FAILED]],
  ])('is retried later if %s', (_what, events: MoveEvent[]) => {
    const { state, effects } = after(...events);
    expect(state.name).toBe('waiting');
    expect(effects.slice(-2)).toEqual(['drop', 'wait']);
    const retry = step(state, { name: 'retry-due' });
    expect(retry.effects).toEqual([{ name: 'open', attempt: 2 }]);
    // The delay grows.
    expect(step(retry.state, { name: 'failed', attempt: 2 }).effects).toContainEqual({
      name: 'wait',
      failures: 2,
    });
  });

  it.each([
    ['while it opens', [ASKED], ['open', 'drop']],
    ['while it waits', [ASKED, FAILED], ['open', 'drop', 'wait']],
  ])('ends when it is called off %s', (_when, events: MoveEvent[], effects) => {
    const { state, effects: all } = after(...events, CALLED_OFF);
    expect(state).toEqual(SETTLED);
    expect(all).toEqual(effects);
    expect(step(state, { name: 'retry-due' }).effects).toEqual([]);
    expect(after(...events, CALLED_OFF, ASKED).state.name).toBe('opening');
  });

  it('is completed, but not retried, if it is called off while joining', () => {
    const joining = [ASKED, OPENED, CALLED_OFF];
    expect(after(...joining, { name: 'prepared', attempt: 1 }).effects).toContain('switch');
    expect(after(...joining, FAILED)).toEqual({
      state: SETTLED,
      effects: ['open', 'prepare', 'drop'],
    });
    expect(after(...joining, ASKED, FAILED).state.name).toBe('waiting');
  });

  it('ignores results of an earlier attempt', () => {
    const { state } = after(ASKED, FAILED, { name: 'retry-due' });
    for (const event of [OPENED, FAILED, { name: 'prepared', attempt: 1 }] as const)
      expect(step(state, event)).toEqual({ state, effects: [] });
  });

  it.each([
    ['while it opens', [ASKED], ['drop']],
    ['while it joins', [ASKED, OPENED], ['drop']],
    ['while it waits', [ASKED, FAILED], []],
    ['before it begins', [], []],
  ])('ends when the first link is lost %s', (_when, events: MoveEvent[], drops) => {
    const before = after(...events);
    const { state, effects } = step(before.state, { name: 'lost' });
    expect(state).toEqual(SETTLED);
    expect(effects.map(({ name }) => name)).toEqual(drops);
    expect(step(state, { name: 'retry-due' }).effects).toEqual([]);
  });
});
