/** The action of a keyboard shortcut in the player. */
export type PlayerAction =
  | 'toggle-play'
  | 'toggle-muted'
  | 'full-screen'
  | 'theatre'
  | 'picture-in-picture'
  | 'live'
  | 'back'
  | 'forward'
  | 'louder'
  | 'quieter'
  | 'help';

export interface Shortcut {
  action: PlayerAction;
  /** The key names shown in the help. */
  keys: readonly string[];
  does: string;
}

/** All shortcuts of the player, in the order of the help. */
export const shortcuts: readonly Shortcut[] = [
  { action: 'toggle-play', keys: ['Space', 'K'], does: 'Play or pause' },
  { action: 'toggle-muted', keys: ['M'], does: 'Mute or unmute' },
  { action: 'louder', keys: ['↑'], does: 'Volume up' },
  { action: 'quieter', keys: ['↓'], does: 'Volume down' },
  { action: 'back', keys: ['←'], does: 'Back 5 seconds' },
  { action: 'forward', keys: ['→'], does: 'Forward 5 seconds' },
  { action: 'live', keys: ['L'], does: 'Go to live' },
  { action: 'full-screen', keys: ['F'], does: 'Full screen' },
  { action: 'theatre', keys: ['T'], does: 'Theater mode' },
  { action: 'picture-in-picture', keys: ['P'], does: 'Picture-in-picture' },
  { action: 'help', keys: ['?'], does: 'Keyboard shortcuts' },
];

const letters: Readonly<Record<string, PlayerAction>> = {
  k: 'toggle-play',
  m: 'toggle-muted',
  l: 'live',
  f: 'full-screen',
  t: 'theatre',
  p: 'picture-in-picture',
  '?': 'help',
};

const arrows: Readonly<Record<string, PlayerAction>> = {
  ArrowUp: 'louder',
  ArrowDown: 'quieter',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
};

export interface PressedKey {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** The context of a key press: the focused control. */
export interface KeyPlace {
  /** Whether the control is a text input, which receives every key. */
  typing: boolean;
  /** Whether Space activates the control, as with a button, a link or a menu. */
  pressable: boolean;
  /** Whether the control uses arrow keys, as a slider, a menu or tabs do. */
  movable: boolean;
  /** Whether the control is in the player. Elsewhere, arrow keys scroll the page. */
  inPlayer: boolean;
}

/** Returns the action of a key press, or null if the player does not handle it. */
export function actionFor(pressed: PressedKey, place: KeyPlace): PlayerAction | null {
  if (place.typing || pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null;
  if (pressed.key === ' ') return place.pressable ? null : 'toggle-play';
  const arrow = arrows[pressed.key];
  if (arrow) return place.inPlayer && !place.movable ? arrow : null;
  return letters[pressed.key.toLowerCase()] ?? null;
}

/** Determines the context of a key press from its target. */
export function placeOf(target: EventTarget | null, player: HTMLElement | null): KeyPlace {
  const element = target instanceof Element ? target : null;
  const matches = (selector: string): boolean => element?.closest(selector) != null;
  const slider = matches('input[type="range"]');
  return {
    typing: matches('input, textarea, select, [contenteditable], dialog') && !slider,
    pressable: matches('button, a, summary, [role="menu"], [role="tablist"]'),
    movable: slider || matches('[role="menu"], [role="tablist"]'),
    inPlayer: element !== null && (player?.contains(element) ?? false),
  };
}
