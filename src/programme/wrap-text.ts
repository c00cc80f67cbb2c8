/**
 * Breaks a text into lines at spaces, or within a word that is wider than a line. If the text
 * exceeds the last line, that line ends with an ellipsis.
 */
export function wrapText(
  text: string,
  {
    maxWidth,
    linesMax,
    widthOf,
  }: { maxWidth: number; linesMax: number; widthOf: (text: string) => number },
): string[] {
  const fits = (line: string) => widthOf(line) <= maxWidth;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (!fits(line)) {
      const head = longestFitting(line, fits);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line !== '') lines.push(line);
  if (lines.length <= linesMax) return lines;
  const kept = lines.slice(0, linesMax);
  const last = kept.pop() ?? '';
  return [...kept, shorten(last, { maxWidth, widthOf, cut: true })];
}

/** Returns the text if it fits, otherwise its beginning and an ellipsis. */
export function shorten(
  text: string,
  {
    maxWidth,
    widthOf,
    cut = false,
  }: { maxWidth: number; widthOf: (text: string) => number; cut?: boolean },
): string {
  if (!cut && widthOf(text) <= maxWidth) return text;
  const head = longestFitting(text, (part) => widthOf(`${part}…`) <= maxWidth);
  return `${head.trimEnd()}…`;
}

/** Returns the longest prefix that fits: at least one character, and only whole code points. */
function longestFitting(text: string, fits: (text: string) => boolean): string {
  const characters = Array.from(text);
  let count = characters.length;
  while (count > 1 && !fits(characters.slice(0, count).join(''))) count -= 1;
  return characters.slice(0, count).join('');
}
