import type { Float } from '../../client/chat.js';

/** The maximum number of emoji over the video at a time; any further emoji are dropped. */
export const FLOATS_MAX = 40;
/** The maximum number of the same emoji at once, because more would be indistinguishable. */
const ONE_EMOJI_MAX = 6;
/** Emoji that arrive together rise one after another within this time, in milliseconds. */
const SPREAD_MS = 700;

/** One rising emoji. */
export type NewFloat = Readonly<{
  emoji: string;
  /** Position from the right edge of the strip, 0 to 1. */
  x: number;
  /** Sideways drift, -1 to 1. */
  lean: number;
  delayMs: number;
  durationMs: number;
}>;

/**
 * Selects which of the received emoji rise. Pure except for `random`.
 * @param inAir the number of emoji that are already rising
 */
export function newFloats(
  floats: readonly Float[],
  inAir: number,
  random: () => number = Math.random,
): NewFloat[] {
  return floats
    .flatMap(({ emoji, count }) =>
      Array.from({ length: Math.min(count, ONE_EMOJI_MAX) }, (_, index) => ({
        emoji,
        x: random(),
        lean: random() * 2 - 1,
        delayMs: index === 0 ? 0 : random() * SPREAD_MS,
        durationMs: 2_600 + random() * 1_200,
      })),
    )
    .slice(0, Math.max(0, FLOATS_MAX - inAir));
}
