import { CAPITALS, LETTERS, mapped } from '../../common/lookalikes.js';

/** Digits and symbols used in place of letters to evade filters. */
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

/** Combining marks and invisible characters. */
const IGNORED = /[\p{M}\p{Cf}\p{Cc}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;

/**
 * Returns the skeleton of a text, which is the same for all spellings that look alike. It is built
 * by applying compatibility decomposition (Unicode NFKD), removing marks and invisible characters,
 * folding case, and mapping lookalikes to letters. Repeated letters are reduced to one.
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
      // Readers cannot tell "l" from "i".
      const like = letter === 'l' ? 'i' : letter;
      if (like !== last) folded += like;
      last = like;
    }
  }
  return folded;
}
