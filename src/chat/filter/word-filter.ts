import { fold } from './fold.js';
import { TextAutomaton } from './text-automaton.js';

/** Between words, and at both ends: no letter is it. */
const GAP = ' ';
const NO_WORD = /[^\p{L}\p{N}]+/gu;
/** Signs at a word's end are punctuation there, not letters in disguise. */
const PUNCTUATION = /[^\p{L}\p{N}@$]+$/u;

/**
 * A channel's list of blocked words and phrases. An entry stands for a whole word or several; a `*` at
 * either end lets it be the beginning or the end of a longer one. Spellings that look alike are the same
 * ({@link fold}), and letters with spaces between are a word, too. The time it takes grows with the
 * text's length only.
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
  // Word by word, so that equal letters on both sides of a gap stay two.
  return text
    .split(/\s+/u)
    .flatMap((word) => fold(word.replace(PUNCTUATION, '')).split(NO_WORD))
    .filter((word) => word !== '');
}

/** "b a d" is read as "bad". */
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
