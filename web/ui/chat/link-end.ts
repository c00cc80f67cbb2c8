/**
 * Characters that end a sentence or a quotation, not a URL, some of them also in full-width form.
 */
const SENTENCE_END = /[.,;:!?'"*_~…»›”’。、，；：！？]$/u;
/** Maps closing brackets to opening ones. */
const BRACKETS: Readonly<Record<string, string>> = {
  ')': '(',
  ']': '[',
  '}': '{',
  '）': '（',
  '］': '［',
  '」': '「',
  '』': '『',
  '】': '【',
  '》': '《',
};

/**
 * Returns the length of the URL at the beginning of `found`, which has no spaces. A closing bracket
 * belongs to the URL if it was opened within the URL, and an apostrophe if something follows it.
 * Punctuation that ends the sentence doesn't belong to the URL. This is a pure function.
 */
export function linkEnd(found: string): number {
  const counts = countCharacters(found);
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1);
    const opening = BRACKETS[last];
    const isOutside =
      opening === undefined
        ? SENTENCE_END.test(last)
        : (counts.get(last) ?? 0) > (counts.get(opening) ?? 0);
    if (!isOutside) return end;
    counts.set(last, (counts.get(last) ?? 0) - 1);
  }
  return end;
}

function countCharacters(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return counts;
}
