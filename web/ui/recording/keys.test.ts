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
  ])('%s means %s anywhere on the page', (key, action) => {
    expect(recordingActionFor({ key, ...plain }, elsewhere)).toBe(action);
  });

  it('leaves Home and End to the page and to sliders', () => {
    const press = { key: 'Home', ...plain };
    expect(recordingActionFor(press, inPlayer)).toBe('to-start');
    expect(recordingActionFor(press, elsewhere)).toBeNull();
    expect(recordingActionFor(press, { ...inPlayer, movable: true })).toBeNull();
  });

  it('ignores keys typed into a text field', () => {
    expect(recordingActionFor({ key: '<', ...plain }, { ...inPlayer, typing: true })).toBeNull();
  });
});

it('lists only keys that work in the recording player', () => {
  expect(recordingShortcuts.map(({ does }) => does)).not.toContain('Go to live');
  expect(recordingShortcuts.at(-1)?.does).toBe('Keyboard shortcuts');
});
