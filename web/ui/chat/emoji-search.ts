import { EMOJI_GROUPS, type ListedEmoji } from './emoji-list.js';

const ALL: readonly ListedEmoji[] = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);

/** Aliases that are common in other chats. */
const ALSO: Readonly<Record<string, string>> = { '+1': 'thumbs_up', '-1': 'thumbs_down' };

const BY_NAME: ReadonlyMap<string, string> = new Map(
  ALL.map(({ emoji, name }) => [plain(name), emoji]),
);

/** Returns the emoji with a name, ignoring case and underscores; undefined if there is none. */
export function emojiNamed(name: string): string | undefined {
  return BY_NAME.get(plain(ALSO[name] ?? name));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/**
 * Finds emoji by name or other words, best matches first: the one whose name is the query, then
 * those whose names start with it, those with words that start with it, and those whose names
 * contain it. Within each of these groups, shorter names come first. This is a pure function.
 */
export function findEmoji(query: string, limit: number): ListedEmoji[] {
  const wanted = query.trim().toLowerCase().replaceAll(/\s+/g, '_');
  if (wanted === '') return [];
  return ALL.map((listed) => ({ listed, rank: rankOf(listed, wanted) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .toSorted((a, b) => a.rank - b.rank || a.listed.name.length - b.listed.name.length)
    .slice(0, limit)
    .map(({ listed }) => listed);
}

const NOT_FOUND = 4;

function rankOf({ name, words }: ListedEmoji, wanted: string): number {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if ([...words, ...name.split('_')].some((word) => word.startsWith(wanted))) return 2;
  return name.includes(wanted) ? 3 : NOT_FOUND;
}
