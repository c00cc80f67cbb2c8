import {
  actionFor,
  type KeyPlace,
  type PlayerAction,
  type PressedKey,
  type Shortcut,
  shortcuts,
} from '../player/shortcuts.js';

/** The action of a keyboard shortcut in the recording player. */
export type RecordingAction =
  | Exclude<PlayerAction, 'live'>
  | 'slower'
  | 'faster'
  | 'to-start'
  | 'to-end';

const own: readonly (Omit<Shortcut, 'action'> & { action: RecordingAction; key: string })[] = [
  { action: 'slower', key: '<', keys: ['<'], does: 'Slower' },
  { action: 'faster', key: '>', keys: ['>'], does: 'Faster' },
  { action: 'to-start', key: 'Home', keys: ['Home'], does: 'Go to the beginning' },
  { action: 'to-end', key: 'End', keys: ['End'], does: 'Go to the end' },
];

/** All keys of the player, in the order of the help. */
export const recordingShortcuts: readonly Omit<Shortcut, 'action'>[] = [
  ...shortcuts.filter(({ action }) => action !== 'live' && action !== 'help'),
  ...own,
  ...shortcuts.filter(({ action }) => action === 'help'),
];

/** Returns the action of a key press, or null if the player doesn't handle it. */
export function recordingActionFor(pressed: PressedKey, place: KeyPlace): RecordingAction | null {
  const action = actionFor(pressed, place);
  if (action !== null) return action === 'live' ? null : action;
  if (place.typing || pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null;
  const found = own.find(({ key }) => key === pressed.key)?.action ?? null;
  // Elsewhere, these keys scroll the page or move the focused control.
  const moves = found === 'to-start' || found === 'to-end';
  return moves && (!place.inPlayer || place.movable) ? null : found;
}
