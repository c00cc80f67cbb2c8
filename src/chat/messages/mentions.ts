/** Names of one message that light up; more are only text. */
const MENTIONS_MAX = 10;
/** Not in the middle of a word: that is an e-mail address. */
const MENTION = /(?<![\p{L}\p{N}_.@-])@([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,59})/gu;
/** At a name's end it ends the sentence. */
const SENTENCE_END = /[.-]+$/;

/** Who is spoken to in a text by `@name`: each once, as {@link mentionKey} writes names. */
export function mentionsOf(text: string): string[] {
  if (!text.includes('@')) return [];
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(MENTION)) {
    names.add(mentionKey(name.replace(SENTENCE_END, '')));
    if (names.size === MENTIONS_MAX) break;
  }
  return [...names];
}

/** A name as mentions and commands compare it: in small letters, `_` for spaces. */
export function mentionKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(' ', '_');
}
