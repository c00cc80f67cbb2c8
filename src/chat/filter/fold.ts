import { CAPITALS, LETTERS, mapped } from '../../common/lookalikes.js';

/** Digits and signs that are written in place of letters, to get past a filter. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ...LETTERS,
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
  '€': 'e',
  '£': 'l',
  '+': 't',
  '¡': 'i',
};

/** Marks that stand on letters, and what can't be seen. */
const IGNORED = /[\p{M}\p{Cf}\p{Cc}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;

/**
 * What a text looks like: the same for all spellings that a reader takes for the same. Compatibility
 * forms are undone (Unicode's NFKD), marks and invisible characters left out, case folded, and lookalikes
 * taken for the letters that they look like. Runs of one letter count as one.
 */
export function fold(text: string): string {
  const plain = mapped(text.normalize('NFKD'), CAPITALS)
    .replaceAll(IGNORED, '')
    .toLowerCase()
    .normalize('NFKD');
  let folded = '';
  let last = '';
  for (const character of plain.replaceAll(IGNORED, '')) {
    const letters = LOOKALIKES[character] ?? character;
    for (const letter of letters) {
      // "l" and "i" are told apart by nobody.
      const like = letter === 'l' ? 'i' : letter;
      if (like !== last) folded += like;
      last = like;
    }
  }
  return folded;
}
