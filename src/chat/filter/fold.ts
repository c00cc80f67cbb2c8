/*
 * Letters that look like Latin ones, after NFKD, lower case and without marks: what UTS #39 calls
 * confusables, as far as people use them to get past a filter.
 */
const LOOKALIKES: Readonly<Record<string, string>> = {
  // Cyrillic
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ғ: 'f',
  ԍ: 'g',
  һ: 'h',
  н: 'h',
  і: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  ц: 'u',
  ѵ: 'v',
  ԝ: 'w',
  ш: 'w',
  х: 'x',
  у: 'y',
  ү: 'y',
  з: '3',
  // Greek
  α: 'a',
  β: 'b',
  ϲ: 'c',
  δ: 'd',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  μ: 'u',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  σ: 'o',
  ς: 'c',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ω: 'w',
  γ: 'y',
  ϳ: 'j',
  ζ: 'z',
  // Latin of other alphabets, and small capitals
  ı: 'i',
  ȷ: 'j',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  þ: 'p',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ɑ: 'a',
  ɡ: 'g',
  ɩ: 'i',
  ᴀ: 'a',
  ʙ: 'b',
  ᴄ: 'c',
  ᴅ: 'd',
  ᴇ: 'e',
  ꜰ: 'f',
  ɢ: 'g',
  ʜ: 'h',
  ɪ: 'i',
  ᴊ: 'j',
  ᴋ: 'k',
  ʟ: 'l',
  ᴍ: 'm',
  ɴ: 'n',
  ᴏ: 'o',
  ᴘ: 'p',
  ʀ: 'r',
  ꜱ: 's',
  ᴛ: 't',
  ᴜ: 'u',
  ᴠ: 'v',
  ᴡ: 'w',
  ʏ: 'y',
  ᴢ: 'z',
  ǝ: 'e',
  ə: 'e',
  ɐ: 'a',
  ɔ: 'o',
  ɯ: 'm',
  ɹ: 'r',
  ʇ: 't',
  ʌ: 'v',
  ʍ: 'm',
  // Armenian, Cherokee, Lisu and others
  ա: 'w',
  օ: 'o',
  ո: 'n',
  ս: 'u',
  հ: 'h',
  ց: 'g',
  զ: 'q',
  յ: 'j',
  ꭰ: 'd',
  ꮪ: 's',
  ꮃ: 'w',
  // Digits and signs in place of letters
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
  const plain = text.normalize('NFKD').replaceAll(IGNORED, '').toLowerCase().normalize('NFKD');
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
