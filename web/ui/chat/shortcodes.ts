import { emojiNamed } from './emoji-search.js';

/** A name between two colons, neither within a word nor within an address or a time. */
const SHORTCODE = /(?<![\p{L}\p{N}_/.]):([a-z0-9_+-]{1,30}):(?![\p{L}\p{N}_/])/giu;

/** A text with emoji in place of their names between colons; what names none stays as it is. Pure. */
export function withEmoji(text: string): string {
  if (!text.includes(':')) return text;
  return text.replaceAll(SHORTCODE, (typed, name: string) => emojiNamed(name) ?? typed);
}
