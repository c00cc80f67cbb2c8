import { describe, expect, it } from 'vitest';
import { actionFor, type KeyPlace } from './shortcuts.js';

const page: KeyPlace = { typing: false, pressable: false, movable: false, inPlayer: false };
const inPlayer: KeyPlace = { ...page, inPlayer: true };

function press(
  key: string,
  place = page,
  modifier: 'ctrlKey' | 'altKey' | 'metaKey' | null = null,
) {
  const pressed = { key, ctrlKey: false, altKey: false, metaKey: false };
  return actionFor(modifier ? { ...pressed, [modifier]: true } : pressed, place);
}

describe('actionFor', () => {
  it('accepts letters in either case', () => {
    expect([press('k'), press('M'), press('?')]).toEqual(['toggle-play', 'toggle-muted', 'help']);
  });

  it('ignores every key while a text field has the focus', () => {
    const typing = { ...inPlayer, typing: true };
    expect(['k', ' ', '?', 'ArrowUp'].map((key) => press(key, typing))).toEqual(
      Array.from({ length: 4 }, () => null),
    );
  });

  it('ignores combinations with modifier keys', () => {
    expect(press('f', page, 'ctrlKey')).toBeNull();
    expect(press('l', page, 'metaKey')).toBeNull();
  });

  it('leaves space to the focused button', () => {
    expect(press(' ', { ...inPlayer, pressable: true })).toBeNull();
    expect(press(' ')).toBe('toggle-play');
  });

  it('handles arrows only in the player, and not in a slider or menu', () => {
    expect(press('ArrowUp')).toBeNull();
    expect(press('ArrowUp', inPlayer)).toBe('louder');
    expect(press('ArrowDown', { ...inPlayer, movable: true })).toBeNull();
  });
});
