import { CHAT_COMMANDS, type ForWhom } from '../../../src/protocol/chat-commands.js';
import type { ChatMessage, ChatRole } from '../../../src/protocol/chat.js';
import { assertNever } from '../../client/assert-never.js';
import { mentionName } from './text-pieces.js';
import type { TypedWord } from './typed-word.js';

/** One way to go on with what is being typed. */
export type Suggestion = Readonly<{
  /** Unlike those beside it. */
  id: string;
  /** An emoji shown before the label. */
  sign?: string;
  label: string;
  /** In smaller letters: what a command does. */
  note?: string;
  /** What comes in the typed word's place. */
  insert: string;
  /** It is typed already, as it is. */
  isTyped: boolean;
}>;

/** What suggestions are made of. */
export type Known = Readonly<{
  /** Emoji by a part of their names, the nearest first; null: they are not loaded. */
  findEmoji: (query: string, limit: number) => readonly EmojiFound[];
  /** Names of people here, who wrote last first. */
  names: readonly string[];
  role: ChatRole;
}>;

type EmojiFound = Readonly<{ emoji: string; name: string }>;

/** More would have to be scrolled. */
const SUGGESTIONS_MAX = 8;

const MAY: Readonly<Record<ChatRole, readonly ForWhom[]>> = {
  guest: ['everybody'],
  member: ['everybody', 'accounts'],
  moderator: ['everybody', 'accounts', 'moderators'],
  owner: ['everybody', 'accounts', 'moderators', 'owner'],
};

/** How a word that is being typed can go on, the likeliest first. Pure. */
export function suggestionsFor({ kind, query }: TypedWord, known: Known): Suggestion[] {
  switch (kind) {
    case 'command':
      return commandsLike(query, known.role);
    case 'mention':
      return namesLike(query, known.names, '@');
    case 'name':
      return namesLike(query, known.names, '');
    case 'emoji':
      return known.findEmoji(query, SUGGESTIONS_MAX).map(({ emoji, name }) => ({
        id: name,
        sign: emoji,
        label: `:${name}:`,
        insert: `${emoji} `,
        isTyped: false,
      }));
    default:
      return assertNever(kind);
  }
}

/** How a command that is typed with more words is used; null: there is none that one may use. */
export function usageOf(text: string, role: ChatRole): string | null {
  const name = /^\/([a-z]+)\s/i.exec(text)?.[1]?.toLowerCase();
  const known = CHAT_COMMANDS.find((command) => command.name === name);
  return known && MAY[role].includes(known.forWhom) ? known.usage : null;
}

/** Names of those who wrote, the latest first, each once; without one's own. */
export function namesIn(
  messages: readonly Pick<ChatMessage, 'name'>[],
  me: string | null,
): string[] {
  const names = new Set(messages.toReversed().map(({ name }) => name));
  if (me !== null) names.delete(me);
  return [...names];
}

function commandsLike(query: string, role: ChatRole): Suggestion[] {
  const typed = query.toLowerCase();
  return CHAT_COMMANDS.filter(
    ({ name, forWhom }) => MAY[role].includes(forWhom) && name.startsWith(typed),
  )
    .toSorted((a, b) => Number(b.name === typed) - Number(a.name === typed))
    .map(({ name, usage, does }) => ({
      id: name,
      label: usage,
      note: does,
      insert: usage === `/${name}` ? `/${name}` : `/${name} `,
      isTyped: name === typed,
    }));
}

function namesLike(query: string, names: readonly string[], sign: string): Suggestion[] {
  const typed = mentionName(query);
  return names
    .filter((name) => mentionName(name).startsWith(typed))
    .toSorted((a, b) => Number(mentionName(b) === typed) - Number(mentionName(a) === typed))
    .slice(0, SUGGESTIONS_MAX)
    .map((name) => ({
      id: name,
      label: name,
      insert: `${sign}${name.replaceAll(' ', '_')} `,
      isTyped: mentionName(name) === typed,
    }));
}
