import type { Float } from '../../client/chat.js';

/** Emoji that can be over the picture at one time; what comes while they are there isn't shown. */
export const FLOATS_MAX = 40;
/** Of one emoji at once: more are not told apart. */
const ONE_EMOJI_MAX = 6;
/** What comes together goes up one after another within this time, milliseconds. */
const SPREAD_MS = 700;

/** One emoji on its way up. Lengths are parts of the picture's. */
export type NewFloat = Readonly<{
  emoji: string;
  /** From the right edge of the strip that they rise in, 0 to 1. */
  x: number;
  /** To which side it leans, -1 to 1. */
  lean: number;
  delayMs: number;
  durationMs: number;
}>;

/**
 * What is to rise of what the server told. Pure but for `random`.
 * @param inAir how many are on their way already
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
