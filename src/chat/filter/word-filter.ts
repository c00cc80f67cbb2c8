import { fold } from './fold.js';
import { TextAutomaton } from './text-automaton.js';

/** Separates words, and marks both ends of a text. It is never part of a word. */
const GAP = ' ';
const NO_WORD = /[^\p{L}\p{N}]+/gu;
/**
 * Matches symbols at the end of a word, where they are punctuation rather than disguised letters.
 */
const PUNCTUATION = /[^\p{L}\p{N}@$]+$/u;

/**
 * A channel's list of blocked words and phrases. An entry matches one or more whole words; an entry
 * with a `*` at its beginning or end also matches longer words that end or begin with the entry.
 * Lookalike spellings match ({@link fold}), and spaced-out letters are joined into a word. Matching
 * takes time linear in the text's length.
 */
export class WordFilter {
  readonly #automaton: TextAutomaton;

  constructor(entries: readonly string[]) {
    this.#automaton = new TextAutomaton(entries.map(patternOf));
  }

  blocks(text: string): boolean {
    const words = wordsOf(text);
    return (
      this.#automaton.isIn(GAP + words.join(GAP) + GAP) ||
      this.#automaton.isIn(GAP + joinLetters(words).join(GAP) + GAP)
    );
  }
}

function patternOf(entry: string): string {
  const words = wordsOf(entry).join(GAP);
  if (words === '') return '';
  const trimmed = entry.trim();
  return (trimmed.startsWith('*') ? '' : GAP) + words + (trimmed.endsWith('*') ? '' : GAP);
}

function wordsOf(text: string): string[] {
  // Each word is folded separately. Otherwise, equal letters on both sides of a space would be
  // reduced to one.
  return text
    .split(/\s+/u)
    .flatMap((word) => fold(word.replace(PUNCTUATION, '')).split(NO_WORD))
    .filter((word) => word !== '');
}

/** Joins single letters, so that "b a d" becomes "bad". */
function joinLetters(words: readonly string[]): string[] {
  const joined: string[] = [];
  let letters = '';
  for (const word of words) {
    if (word.length === 1) {
      if (!letters.endsWith(word)) letters += word;
      continue;
    }
    if (letters !== '') joined.push(letters);
    letters = '';
    joined.push(word);
  }
  if (letters !== '') joined.push(letters);
  return joined;
}
