import { CHAT_COMMANDS, type ForWhom } from '../../../src/protocol/chat-commands.js';
import type { ChatMessage, ChatRole } from '../../../src/protocol/chat.js';
import { assertNever } from '../../../src/protocol/assert-never.js';
import { mentionName } from './text-pieces.js';
import type { TypedWord } from './typed-word.js';

/** A completion of the word being typed. */
export type Suggestion = Readonly<{
  /** An id that is unique within the list. */
  id: string;
  /** An emoji shown before the label. */
  sign?: string;
  label: string;
  /** A note in small print, such as what a command does. */
  note?: string;
  /** The text that replaces the typed word. */
  insert: string;
  /** Whether the suggestion matches the typed word exactly. */
  isTyped: boolean;
}>;

/** The data from which suggestions are taken. */
export type Known = Readonly<{
  /** Finds emoji by part of their name, best matches first. */
  findEmoji: (query: string, limit: number) => readonly EmojiFound[];
  /** The names of people in the chat, latest author first. */
  names: readonly string[];
  role: ChatRole;
}>;

type EmojiFound = Readonly<{ emoji: string; name: string }>;

/** The maximum number of suggested names or emoji; more would require scrolling. */
const SUGGESTIONS_MAX = 8;

const MAY: Readonly<Record<ChatRole, readonly ForWhom[]>> = {
  guest: ['everybody'],
  member: ['everybody', 'accounts'],
  moderator: ['everybody', 'accounts', 'moderators'],
  owner: ['everybody', 'accounts', 'moderators', 'owner'],
};

/** Returns completions for the word being typed, the likeliest first. This is a pure function. */
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

/**
 * Returns the syntax of the typed command; null if there is no command, or the role can't use it.
 */
export function usageOf(text: string, role: ChatRole): string | null {
  const name = /^\/([a-z]+)\s/i.exec(text)?.[1]?.toLowerCase();
  const known = CHAT_COMMANDS.find((command) => command.name === name);
  return known && MAY[role].includes(known.forWhom) ? known.usage : null;
}

/** Returns the names of authors, latest first, each only once, and not the user's own name. */
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
