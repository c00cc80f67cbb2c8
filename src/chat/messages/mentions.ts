/** The maximum number of mentions per message; further ones are shown as plain text. */
const MENTIONS_MAX = 10;
/** Matches a mention, except in the middle of a word, such as an e-mail address. */
const MENTION = /(?<![\p{L}\p{N}_.@-])@([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,59})/gu;
/** Punctuation after a name, which belongs to the sentence and not to the name. */
const SENTENCE_END = /[.-]+$/;

/** Returns the names mentioned as `@name`, each once, in the form of {@link mentionKey}. */
export function mentionsOf(text: string): string[] {
  if (!text.includes('@')) return [];
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(MENTION)) {
    names.add(mentionKey(name.replace(SENTENCE_END, '')));
    if (names.size === MENTIONS_MAX) break;
  }
  return [...names];
}

/** Normalizes a name for mentions and commands: lowercase, with `_` for spaces. */
export function mentionKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(' ', '_');
}
