import { emojiNamed } from './emoji-search.js';

/** Matches a name between two colons, but not within a word, a URL or a time. */
const SHORTCODE = /(?<![\p{L}\p{N}_/.]):([a-z0-9_+-]{1,30}):(?![\p{L}\p{N}_/])/giu;

/**
 * Replaces emoji names between colons with the emoji; unknown names are kept. This is a pure
 * function.
 */
export function withEmoji(text: string): string {
  if (!text.includes(':')) return text;
  return text.replaceAll(SHORTCODE, (typed, name: string) => emojiNamed(name) ?? typed);
}
