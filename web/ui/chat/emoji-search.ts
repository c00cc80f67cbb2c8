import { EMOJI_GROUPS, type ListedEmoji } from './emoji-list.js';

const ALL: readonly ListedEmoji[] = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);

/** Names that other chats have made common. */
const ALSO: Readonly<Record<string, string>> = { '+1': 'thumbs_up', '-1': 'thumbs_down' };

const BY_NAME: ReadonlyMap<string, string> = new Map(
  ALL.map(({ emoji, name }) => [plain(name), emoji]),
);

/** The emoji of a name between colons, however it is written; undefined: there is none. */
export function emojiNamed(name: string): string | undefined {
  return BY_NAME.get(plain(ALSO[name] ?? name));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/**
 * Emoji whose name or words begin with what is searched for, the nearest first: names, then other
 * words, then parts of names; short names first. Pure.
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
