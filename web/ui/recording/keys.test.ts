import { describe, expect, it } from 'vitest';
import { recordingActionFor, recordingShortcuts } from './keys.js';

const plain = { ctrlKey: false, altKey: false, metaKey: false };
const elsewhere = { typing: false, pressable: false, movable: false, inPlayer: false };
const inPlayer = { ...elsewhere, inPlayer: true };

describe('recordingActionFor', () => {
  it.each([
    ['k', 'toggle-play'],
    ['<', 'slower'],
    ['>', 'faster'],
    ['l', null],
  ])('%s is %s anywhere on the page', (key, action) => {
    expect(recordingActionFor({ key, ...plain }, elsewhere)).toBe(action);
  });

  it('leaves Home and End to the page and to sliders', () => {
    const press = { key: 'Home', ...plain };
    expect(recordingActionFor(press, inPlayer)).toBe('to-start');
    expect(recordingActionFor(press, elsewhere)).toBeNull();
    expect(recordingActionFor(press, { ...inPlayer, movable: true })).toBeNull();
  });

  it('takes no key from who types', () => {
    expect(recordingActionFor({ key: '<', ...plain }, { ...inPlayer, typing: true })).toBeNull();
  });
});

it('helps with no key that does nothing here', () => {
  expect(recordingShortcuts.map(({ does }) => does)).not.toContain('Go to live');
  expect(recordingShortcuts.at(-1)?.does).toBe('This list');
});
