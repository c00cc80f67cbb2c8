import { CHAT_COMMANDS } from '../../../src/protocol/chat-commands.js';

/** A word being typed that can be completed. */
export type TypedWord = Readonly<{
  kind: 'emoji' | 'mention' | 'name' | 'command';
  /** The typed part, without the leading sign. */
  query: string;
  /** The start position in the text, including the sign. */
  from: number;
  /** The position of the caret. */
  to: number;
}>;

/** Matches an emoji name with at least two letters, because `:D` and `:p` are emoticons. */
const EMOJI = /(?:^|\s):([a-z0-9_]{2,30})$/i;
const MENTION = /(?:^|[^\p{L}\p{N}_.])@([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,30})?$/u;
const COMMAND = /^\/([a-z]{0,20})$/i;
const FIRST_WORD = /^\/([a-z]+)\s+@?([\p{L}\p{M}\p{N}._-]{0,30})$/iu;

/** The commands whose first argument is a name. */
const TAKES_NAME: ReadonlySet<string> = new Set(
  CHAT_COMMANDS.filter(({ usage }) => / (USER)?NAME/.test(usage)).map(({ name }) => name),
);

/**
 * Returns the word before the caret if it can be completed: `:emoji`, `@name`, `/command`, or the
 * name that is a command's argument. Otherwise returns null. This is a pure function.
 */
export function typedWord(text: string, caret: number): TypedWord | null {
  const before = text.slice(0, caret);
  const word = (kind: TypedWord['kind'], query: string, signs: number): TypedWord => ({
    kind,
    query,
    from: caret - query.length - signs,
    to: caret,
  });
  const command = COMMAND.exec(before);
  if (command) return word('command', command[1] ?? '', 1);
  const [, name = '', typedName] = FIRST_WORD.exec(before) ?? [];
  if (typedName !== undefined && TAKES_NAME.has(name.toLowerCase()))
    return word('name', typedName, 0);
  const mention = MENTION.exec(before);
  if (mention) return word('mention', mention[1] ?? '', 1);
  const emoji = EMOJI.exec(before);
  return emoji ? word('emoji', emoji[1] ?? '', 1) : null;
}

/** Returns the name between two colons that ends at the caret, or null. */
export function closedEmoji(text: string, caret: number): Omit<TypedWord, 'kind'> | null {
  const query = /(?:^|\s):([a-z0-9_]{1,30}):$/i.exec(text.slice(0, caret))?.[1];
  return query === undefined ? null : { query, from: caret - query.length - 2, to: caret };
}
