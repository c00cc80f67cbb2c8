/** What may end a sentence or a quotation, and so no address: here, and as full-width forms. */
const SENTENCE_END = /[.,;:!?'"*_~…»›”’。、，；：！？]$/u;
/** Closing brackets, by the ones that open them. */
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
 * How much of what was found without spaces is an address: a bracket belongs to it when it closes one
 * within, an apostrophe when something follows it, and what ends the sentence doesn't. Pure.
 */
export function linkEnd(found: string): number {
  let end = found.length;
  while (end > 0) {
    const address = found.slice(0, end);
    const last = address.at(-1) ?? '';
    const opening = BRACKETS[last];
    const isOutside =
      opening === undefined ? SENTENCE_END.test(last) : isUnopened(address, opening, last);
    if (!isOutside) return end;
    end -= 1;
  }
  return end;
}

/** Whether more brackets of a kind are closed than opened. */
function isUnopened(address: string, opening: string, closing: string): boolean {
  let open = 0;
  for (const character of address) {
    if (character === opening) open += 1;
    else if (character === closing) open -= 1;
  }
  return open < 0;
}
