import { CHAT_COMMANDS } from '../../../src/protocol/chat-commands.js';

/** A word that is being typed and can be completed. */
export type TypedWord = Readonly<{
  kind: 'emoji' | 'mention' | 'name' | 'command';
  /** What is typed of it, without the sign in front. */
  query: string;
  /** Where it begins in the text, with its sign. */
  from: number;
  /** Where the caret is. */
  to: number;
}>;

/** Two letters at least: `:D` and `:p` are meant as they are. */
const EMOJI = /(?:^|\s):([a-z0-9_]{2,30})$/i;
const MENTION = /(?:^|[^\p{L}\p{N}_.])@([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,30})?$/u;
const COMMAND = /^\/([a-z]{0,20})$/i;
const FIRST_WORD = /^\/([a-z]+)\s+@?([\p{L}\p{M}\p{N}._-]{0,30})$/iu;

/** Commands whose first word is somebody's name. */
const TAKES_NAME: ReadonlySet<string> = new Set(
  CHAT_COMMANDS.filter(({ usage }) => / (USER)?NAME/.test(usage)).map(({ name }) => name),
);

/**
 * The word before the caret that can be completed: `:emoji`, `@name`, `/command`, or the name that a
 * command takes; null: none. Pure.
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
  const [, name = '', somebody] = FIRST_WORD.exec(before) ?? [];
  if (somebody !== undefined && TAKES_NAME.has(name.toLowerCase()))
    return word('name', somebody, 0);
  const mention = MENTION.exec(before);
  if (mention) return word('mention', mention[1] ?? '', 1);
  const emoji = EMOJI.exec(before);
  return emoji ? word('emoji', emoji[1] ?? '', 1) : null;
}

/** A name between two colons that ends at the caret; null: none. */
export function closedEmoji(text: string, caret: number): Omit<TypedWord, 'kind'> | null {
  const query = /(?:^|\s):([a-z0-9_]{1,30}):$/i.exec(text.slice(0, caret))?.[1];
  return query === undefined ? null : { query, from: caret - query.length - 2, to: caret };
}
