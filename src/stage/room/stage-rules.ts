import type { Reception } from '../../broadcast/ports/stage.js';
import type { StageParticipant } from '../../protocol/stage.js';

/** The properties of a participant that the rules need. */
export type Placed = Pick<StageParticipant, 'id' | 'role' | 'place'>;

/**
 * Whether the participant `one` is visible to the participant `other`, who then also gets the
 * messages from `one`. The host and waiting guests see each other; waiting guests and other guests
 * don't.
 */
export function isSeenBy(one: Placed, other: Placed): boolean {
  if (one.id === other.id || one.role === 'host' || other.role === 'host') return true;
  return one.place === 'on-stage' && other.place === 'on-stage';
}

/**
 * Returns whose tracks a participant receives. The host receives everyone's. Guests on stage
 * receive those of everyone else on stage. All guests receive the programme's video; waiting guests
 * receive nothing else. Nobody receives their own tracks, so nobody hears their own echo.
 */
export function receptionOf(one: Placed, all: readonly Placed[]): Reception {
  const isReceived = (other: Placed) =>
    other.id !== one.id &&
    (one.role === 'host' || (one.place === 'on-stage' && other.place === 'on-stage'));
  return {
    participants: new Set(all.filter(isReceived).map(({ id }) => id)),
    programme: one.role === 'guest',
  };
}

/** Returns the number of guests in a place. */
export function guestsIn(place: Placed['place'], all: readonly Placed[]): number {
  return all.filter((one) => one.role === 'guest' && one.place === place).length;
}
