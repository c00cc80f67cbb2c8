import { assertNever } from '../../src/protocol/assert-never.js';

/**
 * The state of a move to another node. `attempt` counts the attempts of one move; results of older
 * ones are discarded. The initial state is {@link SETTLED}, and only {@link step} changes the
 * state.
 */
export type Move =
  | { readonly name: 'settled'; readonly attempt: number }
  /** A second link is being opened. */
  | { readonly name: 'opening'; readonly attempt: number }
  /**
   * Everything that was joined over the first link is being joined over the second one. If this
   * fails and `isLast` is set, the move isn't retried, because the server continues.
   */
  | { readonly name: 'preparing'; readonly attempt: number; readonly isLast: boolean }
  /** The attempt failed, and the next one is due later. */
  | { readonly name: 'waiting'; readonly attempt: number };

export type MoveEvent =
  /** The server asked this client to move. */
  | { name: 'asked' }
  /** The server continues, so there is no need to move. */
  | { name: 'called-off' }
  /** The second link is open. */
  | { name: 'opened'; attempt: number }
  /** Everything is ready on the second link. */
  | { name: 'prepared'; attempt: number }
  /** The second link could not be opened or broke, or something could not be joined over it. */
  | { name: 'failed'; attempt: number }
  | { name: 'retry-due' }
  /** The first link is lost or closed, so the next connect reaches another node anyway. */
  | { name: 'lost' };

export type MoveEffect =
  /** Open a second link; the result must be reported as `opened` or `failed`. */
  | { name: 'open'; attempt: number }
  /** Join over the second link; the result must be reported as `prepared` or `failed`. */
  | { name: 'prepare'; attempt: number }
  /** Use the second link from now on, and close the first one. */
  | { name: 'switch' }
  /** Close the second link, and undo what was prepared on it. */
  | { name: 'drop' }
  /** Report `retry-due` after a delay that grows with the number of failures. */
  | { name: 'wait'; failures: number };

type MoveStep = { readonly state: Move; readonly effects: readonly MoveEffect[] };

/** The initial state. */
export const SETTLED: Move = { name: 'settled', attempt: 0 };

/** Returns the state after an event, and the effects to carry out. This is a pure function. */
export function step(state: Move, event: MoveEvent): MoveStep {
  const { name, attempt } = state;
  switch (event.name) {
    case 'asked':
      if (name === 'preparing') return { state: { ...state, isLast: false }, effects: [] };
      return name === 'settled' ? begin(attempt) : unchanged(state);
    case 'called-off':
      // A publisher's broadcast may be moving to the other node.
      if (name === 'preparing') return { state: { ...state, isLast: true }, effects: [] };
      return { state: SETTLED, effects: name === 'opening' ? [{ name: 'drop' }] : [] };
    case 'opened':
      if (name !== 'opening' || event.attempt !== attempt) return unchanged(state);
      return {
        state: { name: 'preparing', attempt, isLast: false },
        effects: [{ name: 'prepare', attempt }],
      };
    case 'prepared':
      if (name !== 'preparing' || event.attempt !== attempt) return unchanged(state);
      return { state: SETTLED, effects: [{ name: 'switch' }] };
    case 'failed':
      if (!isTrying(state) || event.attempt !== attempt) return unchanged(state);
      if (name === 'preparing' && state.isLast)
        return { state: SETTLED, effects: [{ name: 'drop' }] };
      return {
        state: { name: 'waiting', attempt },
        effects: [{ name: 'drop' }, { name: 'wait', failures: attempt }],
      };
    case 'retry-due':
      return name === 'waiting' ? begin(attempt) : unchanged(state);
    case 'lost':
      return { state: SETTLED, effects: isTrying(state) ? [{ name: 'drop' }] : [] };
    default:
      return assertNever(event);
  }
}

function begin(attempts: number): MoveStep {
  const attempt = attempts + 1;
  return { state: { name: 'opening', attempt }, effects: [{ name: 'open', attempt }] };
}

function isTrying({ name }: Move): boolean {
  return name === 'opening' || name === 'preparing';
}

function unchanged(state: Move): MoveStep {
  return { state, effects: [] };
}
