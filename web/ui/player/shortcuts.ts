/** What a key does in the player. */
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
  { action: 'toggle-muted', keys: ['M'], does: 'Sound on or off' },
  { action: 'louder', keys: ['↑'], does: 'Louder' },
  { action: 'quieter', keys: ['↓'], does: 'Quieter' },
  { action: 'back', keys: ['←'], does: 'Back 5 seconds' },
  { action: 'forward', keys: ['→'], does: 'Forward 5 seconds' },
  { action: 'live', keys: ['L'], does: 'Go to live' },
  { action: 'full-screen', keys: ['F'], does: 'Full screen' },
  { action: 'theatre', keys: ['T'], does: 'Theatre mode' },
  { action: 'picture-in-picture', keys: ['P'], does: 'Picture-in-picture' },
  { action: 'help', keys: ['?'], does: 'This list' },
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

/** The context of a key press: which control has the focus. */
export interface KeyPlace {
  /** A text input: every key belongs to it. */
  typing: boolean;
  /** Space activates it (a button, a link, a menu). */
  pressable: boolean;
  /** Arrow keys move it (a slider, a menu, tabs). */
  movable: boolean;
  /** Elsewhere, arrow keys scroll the page. */
  inPlayer: boolean;
}

/** The action of a key press; null if it is not the player's. */
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
